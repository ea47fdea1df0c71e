using Microsoft.Extensions.ObjectPool;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Json;
using Tidemark.Platform.PredictionLog;

namespace Tidemark.Prediction;

/// <summary>What one request needs while it is under way: tensors, the text of the answer, and what the protocol wants to remember. Pooled.</summary>
internal sealed class Exchange(OnnxModel model) : IDisposable
{
    private readonly int[] requested = new int[model.Outputs.Count];
    private byte[] id = [];
    private readonly long[] shape = new long[8];
    private int idLength;
    private int requestedCount;

    public InferenceSlot Slot { get; } = new(model);

    public JsonBuffer Answer { get; } = new();

    /// <summary>The id that the answer gives the prediction.</summary>
    public PredictionId Prediction { get; set; }

    /// <summary>Lines for the prediction log.</summary>
    public JsonBuffer LogLines { get; } = new();

    /// <summary>Rows of the request; 0 until the first input is read, and for a model without a batch dimension.</summary>
    public int Batch { get; set; }

    /// <summary>The request's <c>id</c> as it was written, with its quotes; empty when there is none.</summary>
    public ReadOnlySpan<byte> Id => id.AsSpan(0, idLength);

    /// <summary>Indices of the outputs to answer with, in the order asked for; all when none was asked for.</summary>
    public ReadOnlySpan<int> Requested => requested.AsSpan(0, requestedCount);

    /// <summary>Which inputs have been read.</summary>
    public bool[] Seen { get; } = new bool[model.Inputs.Count];

    /// <summary>What the caller should know although the request was answered.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>What is known of the columns of a table.</summary>
    public FrameColumns Columns { get; } = new();

    /// <summary>Adds <c>"prediction_id":"…"</c> to the answer.</summary>
    public void WritePrediction()
    {
        Span<byte> text = stackalloc byte[PredictionId.Longest];
        Answer.Raw("\"prediction_id\":\""u8);
        Answer.Raw(text[..Prediction.Format(text)]);
        Answer.Raw((byte)'"');
    }

    /// <summary>Adds a warning; the first twenty are told.</summary>
    public void Warn(string warning)
    {
        if (Warnings.Count < 20) Warnings.Add(warning);
    }

    public void Remember(ReadOnlySpan<byte> json)
    {
        if (id.Length < json.Length) id = new byte[json.Length];
        json.CopyTo(id);
        idLength = json.Length;
    }

    /// <summary>Keeps the shape of the input that is being read.</summary>
    public ReadOnlySpan<long> Remember(scoped ReadOnlySpan<long> dimensions)
    {
        dimensions.CopyTo(shape);
        return shape.AsSpan(0, dimensions.Length);
    }

    /// <summary>Asks for an output; false when it was asked for before.</summary>
    public bool Request(int output)
    {
        if (Requested.Contains(output)) return false;
        requested[requestedCount++] = output;
        return true;
    }

    /// <summary>Asks for all outputs when none was asked for.</summary>
    public void RequestAllByDefault()
    {
        if (requestedCount > 0) return;
        for (int i = 0; i < requested.Length; i++) requested[i] = i;
        requestedCount = requested.Length;
    }

    public void Clear(int keep)
    {
        Slot.Trim(keep);
        Answer.Clear(keep);
        LogLines.Clear(keep);
        (Batch, idLength, requestedCount) = (0, 0, 0);
        Array.Clear(Seen);
        Warnings.Clear();
    }

    public void Dispose() => Slot.Dispose();
}

/// <summary>Makes exchanges for a model and cleans them between two requests.</summary>
internal sealed class ExchangePolicy(OnnxModel model, int keptBytes) : IPooledObjectPolicy<Exchange>
{
    public Exchange Create() => new(model);

    public bool Return(Exchange obj)
    {
        obj.Clear(keptBytes);
        return true;
    }
}
