using Google.Protobuf;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference.Format;

namespace Tidemark.Platform.Inference;

/// <summary>
/// What can be said of a file before ONNX Runtime gets it: that it is an ONNX model, that it stands alone and that it needs no
/// operator library of its own. Reads the structure only; weights are skipped, not copied.
/// </summary>
internal static class OnnxFile
{
    /// <summary>Domains whose operators ONNX Runtime brings along.</summary>
    private static readonly HashSet<string> BuiltIn = new(StringComparer.Ordinal) { "", "ai.onnx", "ai.onnx.ml", "com.microsoft" };

    private static readonly MessageParser<Model> Parser = Model.Parser.WithDiscardUnknownFields(true);

    /// <summary>The opset version of each imported domain (the default domain is called <c>ai.onnx</c>), or why the file is refused.</summary>
    public static Outcome<IReadOnlyDictionary<string, long>> Check(byte[] bytes)
    {
        Model model;
        try
        {
            model = Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return NotOnnx(bytes.Length);
        }

        // Writers put the opset imports after the graph, so that a file cut between two fields lacks one of them.
        if (model.IrVersion <= 0 || model.Graph is null || model.OpsetImport.Count == 0) return NotOnnx(bytes.Length);

        return Refusal(model) is { } refusal ? refusal : Opsets(model);
    }

    private static Dictionary<string, long> Opsets(Model model)
    {
        var opsets = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var import in model.OpsetImport) opsets[Domain(import.Domain)] = import.Version;
        return opsets;
    }

    private static string Domain(string domain) => domain.Length == 0 ? "ai.onnx" : domain;

    private static Failure? Refusal(Model model)
    {
        var local = model.Functions.Select(function => (function.Domain, function.Name)).ToHashSet();
        var imported = model.OpsetImport.Concat(model.Functions.SelectMany(function => function.OpsetImport)).Select(import => Domain(import.Domain)).ToHashSet();
        foreach (var graph in Graphs(model))
        {
            if (Tensors(graph).FirstOrDefault(IsExternal) is { } tensor) return External(tensor.Name);
        }

        foreach (var node in model.Functions.SelectMany(function => function.Node).SelectMany(Within).Concat(Graphs(model).SelectMany(graph => graph.Node)))
        {
            if (Tensors(node).FirstOrDefault(IsExternal) is { } tensor) return External(tensor.Name.Length > 0 ? tensor.Name : node.Name);
            if (local.Contains((node.Domain, node.OpType))) continue;
            if (!BuiltIn.Contains(node.Domain)) return CustomOperator(node);
            if (!imported.Contains(Domain(node.Domain))) return NotImported(node);
        }

        return null;
    }

    /// <summary>The main graph, the training graphs and every graph inside a node, at any depth.</summary>
    private static IEnumerable<Graph> Graphs(Model model)
    {
        var waiting = new Stack<Graph>([model.Graph]);
        foreach (var training in model.TrainingInfo)
        {
            if (training.Initialization is { } initialization) waiting.Push(initialization);
            if (training.Algorithm is { } algorithm) waiting.Push(algorithm);
        }

        while (waiting.TryPop(out var graph))
        {
            yield return graph;
            foreach (var inner in graph.Node.SelectMany(GraphsOf)) waiting.Push(inner);
        }
    }

    /// <summary>The node itself and every node of the graphs inside it.</summary>
    private static IEnumerable<Node> Within(Node node) => GraphsOf(node).SelectMany(graph => graph.Node).SelectMany(Within).Prepend(node);

    private static IEnumerable<Graph> GraphsOf(Node node) =>
        node.Attribute.SelectMany(attribute => attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G));

    private static IEnumerable<Tensor> Tensors(Graph graph) => graph.Initializer.Concat(graph.SparseInitializer.SelectMany(Parts));

    private static IEnumerable<Tensor> Tensors(Node node)
    {
        foreach (var attribute in node.Attribute)
        {
            if (attribute.T is { } tensor) yield return tensor;
            foreach (var each in attribute.Tensors) yield return each;
            if (attribute.SparseTensor is { } sparse)
            {
                foreach (var part in Parts(sparse)) yield return part;
            }

            foreach (var part in attribute.SparseTensors.SelectMany(Parts)) yield return part;
        }
    }

    private static IEnumerable<Tensor> Parts(SparseTensor sparse)
    {
        if (sparse.Values is { } values) yield return values;
        if (sparse.Indices is { } indices) yield return indices;
    }

    private static bool IsExternal(Tensor tensor) => tensor.DataLocation != 0 || tensor.ExternalData.Count > 0;

    private static Failure NotOnnx(int length) => new(
        FailureKind.Unprocessable, "Not an ONNX model",
        $"The {length} bytes are not an ONNX model, or only the beginning of one. Export the model to ONNX (skl2onnx, torch.onnx.export, onnxmltools) and send the file whole.");

    private static Failure NotImported(Node node) => new(
        FailureKind.Unprocessable, "Not a whole ONNX model",
        $"The operator '{node.OpType}' is of the domain '{Domain(node.Domain)}', whose version the file does not state: the file is damaged or cut short. Export the model again and send the file whole.");

    private static Failure External(string tensor) => new(
        FailureKind.Unprocessable, "Model with external data",
        $"The tensor '{tensor}' keeps its data in another file. A model version is one file: save it with onnx.save_model(model, path, save_as_external_data=False).");

    private static Failure CustomOperator(Node node) => new(
        FailureKind.Unprocessable, "Model with a custom operator",
        $"The operator '{node.OpType}' is of the domain '{node.Domain}', which ONNX Runtime does not bring along. Export the model with the standard operators of ai.onnx and ai.onnx.ml.");
}
