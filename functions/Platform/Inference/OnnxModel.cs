using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Inference;

/// <summary>
/// An ONNX model loaded into ONNX Runtime: one thread per run, no spinning, so that requests in parallel are what uses the cores.
/// Safe to run from several threads at once.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    private OnnxModel(InferenceSession session, IReadOnlyDictionary<string, long> opset, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, int size)
    {
        Session = session;
        Opset = opset;
        Inputs = inputs;
        Outputs = outputs;
        CustomMetadata = session.ModelMetadata.CustomMetadataMap;
        ShapesFollowBatch = outputs.All(output => output.Shape is [-1, ..] ? output.Shape.Skip(1).All(size => size > 0) : output.Shape.Count > 0 && output.Shape.All(size => size > 0));
        MemoryEstimate = (3L * size) + (1 << 20);
    }

    public IReadOnlyList<TensorSpec> Inputs { get; }

    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>The imported operator sets: domain (<c>ai.onnx</c>, <c>ai.onnx.ml</c>…) to version.</summary>
    public IReadOnlyDictionary<string, long> Opset { get; }

    /// <summary>The model's own metadata, e.g. <c>class_labels</c> as a JSON array.</summary>
    public IReadOnlyDictionary<string, string> CustomMetadata { get; }

    /// <summary>
    /// Bytes that the loaded model is counted with: three times the file (ONNX Runtime unpacks trees and keeps weights aligned) and
    /// 1 MiB for the session. An estimate; ONNX Runtime does not tell.
    /// </summary>
    public long MemoryEstimate { get; }

    internal InferenceSession Session { get; }

    /// <summary>
    /// Whether every output's shape is its declared one with the batch in front, so that memory for it can be had before the run. False
    /// once a run showed otherwise.
    /// </summary>
    internal bool ShapesFollowBatch { get; set; }

    /// <summary>
    /// Loads a model, or says why it is refused (kind <see cref="FailureKind.Unprocessable"/>): not an ONNX model or cut short, external
    /// data, operators of an unknown domain, inputs or outputs that are no tensors, types that the inference protocol cannot carry.
    /// </summary>
    public static Outcome<OnnxModel> Load(byte[] bytes)
    {
        var opset = OnnxFile.Check(bytes);
        if (!opset.Ok) return opset.Failure;

        InferenceSession session;
        try
        {
            using var options = OneThread();
            session = new InferenceSession(bytes, options);
        }
        catch (OnnxRuntimeException refused)
        {
            return new Failure(FailureKind.Unprocessable, "Model refused by ONNX Runtime", $"ONNX Runtime cannot load the model: {OnnxFailures.FirstLine(refused)}. Check it with onnx.checker.check_model and export it for an opset that ONNX Runtime knows.");
        }

        var inputs = TensorSpecs.Of(session.InputNames, session.InputMetadata, "input");
        var outputs = TensorSpecs.Of(session.OutputNames, session.OutputMetadata, "output");
        if (inputs.Ok && outputs.Ok) return new OnnxModel(session, opset.Value, inputs.Value, outputs.Value, bytes.Length);

        session.Dispose();
        return (inputs.Failure ?? outputs.Failure)!;
    }

    /// <summary>Runs the model once with one row of zeros (empty strings), free dimensions being 1; the time that it took, or why it can't run.</summary>
    public Outcome<TimeSpan> TrialRun()
    {
        long start = Stopwatch.GetTimestamp();
        var values = new List<OrtValue>(Inputs.Count);
        try
        {
            foreach (var input in Inputs) values.Add(TensorSpecs.Zeros(input));
            using var options = new RunOptions();
            using var outputs = Session.Run(options, Session.InputNames, values, Session.OutputNames);
            return Stopwatch.GetElapsedTime(start);
        }
        catch (OnnxRuntimeException failed)
        {
            return new Failure(FailureKind.Unprocessable, "Trial run failed", $"The model loads, but a run with one row of zeros fails: {OnnxFailures.FirstLine(failed)}. Export it with the number of features as a fixed dimension and only the batch dimension free.");
        }
        finally
        {
            foreach (var value in values) value.Dispose();
        }
    }

    public void Dispose() => Session.Dispose();

    private static SessionOptions OneThread()
    {
        var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");
        return options;
    }
}
