using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Inference;

/// <summary>
/// The memory of one request under way: fill <see cref="Inputs"/>, <see cref="Run"/>, read the outputs. Slots are pooled; one slot serves
/// one request at a time. Bindings for one row and for the last other batch are kept, so that requests of one row allocate nothing even
/// when batches come between them.
/// </summary>
internal sealed class InferenceSlot : IDisposable
{
    private readonly OnnxModel model;
    private readonly RunOptions options = new();
    private readonly TensorBuffer[] outputs;
    private SlotBinding? oneRow;
    private SlotBinding? rows;
    private SlotBinding? current;
    private IDisposableReadOnlyCollection<OrtValue>? allocated;

    public InferenceSlot(OnnxModel model)
    {
        this.model = model;
        Inputs = [.. model.Inputs.Select(spec => new TensorBuffer(spec))];
        outputs = [.. model.Outputs.Select(spec => new TensorBuffer(spec))];
    }

    public TensorBuffer[] Inputs { get; }

    /// <summary>Runs the filled inputs, <paramref name="batch"/> rows each (0 for a model without a batch dimension). A failure names what ONNX Runtime refused.</summary>
    public Failure? Run(long batch)
    {
        Forget();
        if (model.ShapesFollowBatch)
        {
            try
            {
                foreach (var output in outputs) output.Follow(batch);
                RunBound(batch, predicted: true);
                return null;
            }
            catch (OnnxRuntimeException)
            {
                // Either the values are at fault, then the second try fails as well, or the shape was guessed wrongly.
            }
        }

        try
        {
            RunBound(batch, predicted: false);
            model.ShapesFollowBatch = false;
            return null;
        }
        catch (OnnxRuntimeException failed)
        {
            return new Failure(FailureKind.Malformed, "The model refused the values", $"ONNX Runtime cannot run the model on these values: {OnnxFailures.FirstLine(failed)}.");
        }
    }

    /// <summary>The shape of an output of the last run.</summary>
    public ReadOnlySpan<long> Shape(int output) => allocated is null ? outputs[output].Shape : allocated[output].GetTensorTypeAndShape().Shape;

    /// <summary>The elements of an output of the last run, row-major.</summary>
    public ReadOnlySpan<T> Data<T>(int output)
        where T : unmanaged => allocated is null
        ? outputs[output].Elements<T>(outputs[output].Count)
        : MemoryMarshal.Cast<byte, T>(allocated[output].GetTensorMutableRawData());

    /// <summary>The UTF-8 bytes of one string of an output of the last run.</summary>
    public ReadOnlySpan<byte> Text(int output, int element) =>
        (allocated is null ? current!.Output(output) : allocated[output]).GetStringElementAsSpan(element);

    /// <summary>Ends a request: gives up memory of more than <paramref name="keep"/> bytes a tensor.</summary>
    public void Trim(int keep)
    {
        Forget();
        foreach (var tensor in Inputs) tensor.Trim(keep);
        foreach (var tensor in outputs) tensor.Trim(keep);
        if (rows is not null && !rows.Fits(Inputs, outputs, model.ShapesFollowBatch))
        {
            rows.Dispose();
            rows = null;
        }
    }

    public void Dispose()
    {
        Forget();
        oneRow?.Dispose();
        rows?.Dispose();
        options.Dispose();
    }

    private void RunBound(long batch, bool predicted)
    {
        ref var binding = ref batch == 1 ? ref oneRow : ref rows;
        if (binding is null || !binding.Fits(Inputs, outputs, predicted))
        {
            binding?.Dispose();
            binding = null;
            binding = new SlotBinding(model.Session, Inputs, outputs, predicted);
        }

        current = binding;
        allocated = binding.Run(model.Session, options, Inputs);
    }

    private void Forget()
    {
        allocated?.Dispose();
        allocated = null;
    }
}
