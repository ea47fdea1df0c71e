using Microsoft.ML.OnnxRuntime;

namespace Tidemark.Platform.Inference;

/// <summary>
/// Inputs and outputs bound once for one set of shapes, so that runs of the same shapes allocate nothing. Outputs whose shape follows
/// from the batch are bound to kept memory, the others are given by ONNX Runtime at each run.
/// </summary>
internal sealed class SlotBinding : IDisposable
{
    private readonly OrtIoBinding io;
    private readonly OrtValue[] inputs;
    private readonly OrtValue?[] outputs;
    private readonly byte[][] memory;
    private readonly long[][] shapes;
    private readonly bool predicted;

    public SlotBinding(InferenceSession session, TensorBuffer[] inputs, TensorBuffer[] outputs, bool predicted)
    {
        io = session.CreateIoBinding();
        this.predicted = predicted;
        this.inputs = new OrtValue[inputs.Length];
        this.outputs = new OrtValue?[outputs.Length];
        for (int i = 0; i < inputs.Length; i++) io.BindInput(inputs[i].Spec.Name, this.inputs[i] = inputs[i].ToValue());
        for (int i = 0; i < outputs.Length; i++)
        {
            if (predicted) io.BindOutput(outputs[i].Spec.Name, this.outputs[i] = outputs[i].ToValue());
            else io.BindOutputToDevice(outputs[i].Spec.Name, OrtMemoryInfo.DefaultInstance);
        }

        memory = [.. inputs.Concat(outputs).Select(tensor => tensor.Memory)];
        shapes = [.. inputs.Concat(outputs).Select(tensor => (long[])tensor.Shape.Clone())];
    }

    /// <summary>Whether the tensors still have the shapes and the memory that were bound.</summary>
    public bool Fits(TensorBuffer[] inputs, TensorBuffer[] outputs, bool predicted)
    {
        if (predicted != this.predicted) return false;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (!Same(i, inputs[i])) return false;
        }

        for (int i = 0; predicted && i < outputs.Length; i++)
        {
            if (!Same(inputs.Length + i, outputs[i])) return false;
        }

        return true;
    }

    /// <summary>Runs. Outputs that ONNX Runtime allocated are returned, to be disposed by the caller; null when all are in kept memory.</summary>
    public IDisposableReadOnlyCollection<OrtValue>? Run(InferenceSession session, RunOptions options, TensorBuffer[] tensors)
    {
        for (int i = 0; i < tensors.Length; i++)
        {
            if (tensors[i].IsText) HandOver(tensors[i].Cells, inputs[i]);
        }

        session.RunWithBinding(options, io);
        return predicted ? null : io.GetOutputValues();
    }

    /// <summary>The bound value of an output in kept memory.</summary>
    public OrtValue Output(int index) => outputs[index] ?? throw new InvalidOperationException("This output is allocated at each run.");

    public void Dispose()
    {
        io.Dispose();
        foreach (var value in inputs) value.Dispose();
        foreach (var value in outputs) value?.Dispose();
    }

    private bool Same(int index, TensorBuffer tensor) =>
        ReferenceEquals(memory[index], tensor.Memory) && shapes[index].AsSpan().SequenceEqual(tensor.Shape);

    private static void HandOver(TextCells cells, OrtValue value)
    {
        for (int i = 0; i < cells.Count; i++) value.StringTensorSetElementAt(cells[i], i);
    }
}
