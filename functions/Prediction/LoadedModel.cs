using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Primitives;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Json;
using Tidemark.Platform.PredictionLog;
using Tidemark.Prediction.Log;
using Tidemark.Registry;

namespace Tidemark.Prediction;

/// <summary>
/// A model version in memory, with what every request to it needs made once. Counted: whoever uses it holds it by
/// <see cref="TryAcquire"/>, and the native session goes when the cache and the last request have let go.
/// </summary>
internal sealed class LoadedModel
{
    private readonly OnnxModel onnx;
    private readonly ObjectPool<Exchange> exchanges;
    private RowFields? logFields;
    private int holders = 1; // the cache
    private long lastUse = Stopwatch.GetTimestamp();

    private LoadedModel(ModelName name, ModelVersion version, OnnxModel onnx, int keptBytes)
    {
        (Name, Version, this.onnx) = (name, version, onnx);
        NameText = name.ToString();
        VersionText = version.ToString();
        VersionHeader = VersionText;
        AnswerHead = Head(NameText, version.ToString());
        OutputHeads = [.. onnx.Outputs.Select(OutputHead)];
        OutputNames = [.. onnx.Outputs.Select(output => Encoding.UTF8.GetBytes(output.Name))];
        Frame = FrameLayout.Of(onnx);
        exchanges = new DefaultObjectPoolProvider().Create(new ExchangePolicy(onnx, keptBytes));
    }

    public ModelName Name { get; }

    public ModelVersion Version { get; }

    public string NameText { get; }

    public string VersionText { get; }

    /// <summary>The version as the value of the header <c>tidemark-model-version</c>.</summary>
    public StringValues VersionHeader { get; }

    /// <summary>What the rows of a request are held to; set once, before the model is served.</summary>
    public RowRules Rules { get; set; } = RowRules.None;

    /// <summary>Names of the classes, in the order of the probabilities; null when the model is no classifier or does not say. Set once, before the model is served.</summary>
    public IReadOnlyList<string>? ClassLabels { get; set; }

    /// <summary>How many rows are asked for, for the log's sample.</summary>
    public SampleBudget LogBudget { get; } = new();

    public IReadOnlyList<TensorSpec> Inputs => onnx.Inputs;

    public IReadOnlyList<TensorSpec> Outputs => onnx.Outputs;

    /// <summary>How a table's columns go into the model.</summary>
    public FrameLayout Frame { get; }

    /// <summary><c>{"model_name":"…","model_version":"…"</c></summary>
    public byte[] AnswerHead { get; }

    /// <summary>Per output: <c>{"name":"…","datatype":"…","shape":[</c></summary>
    public byte[][] OutputHeads { get; }

    /// <summary>Names of the outputs in UTF-8.</summary>
    public byte[][] OutputNames { get; }

    public long MemoryEstimate => onnx.MemoryEstimate;

    /// <summary>Timestamp of the last use.</summary>
    public long LastUse => Volatile.Read(ref lastUse);

    /// <summary>Loads the bytes and runs one row and two, so that the first request finds everything warm.</summary>
    public static Outcome<LoadedModel> Load(ModelName name, ModelVersion version, byte[] bytes, int keptBytes)
    {
        var onnx = OnnxModel.Load(bytes);
        if (!onnx.Ok) return onnx.Failure;

        var trial = onnx.Value.TrialRun();
        if (!trial.Ok)
        {
            onnx.Value.Dispose();
            return trial.Failure;
        }

        var model = new LoadedModel(name, version, onnx.Value, keptBytes);
        model.Warm();
        return model;
    }

    /// <summary>How rows are logged under the policy; made once while it stays the same instance.</summary>
    public RowFields FieldsOf(LogPolicy policy) => logFields is { } known && ReferenceEquals(known.Policy, policy) ? known : logFields = new RowFields(this, policy);

    public Exchange Rent() => exchanges.Get();

    public void Return(Exchange exchange) => exchanges.Return(exchange);

    /// <summary>Holds the model; false when it has been unloaded.</summary>
    public bool TryAcquire()
    {
        int seen = Volatile.Read(ref holders);
        while (seen > 0)
        {
            int before = Interlocked.CompareExchange(ref holders, seen + 1, seen);
            if (before == seen)
            {
                Volatile.Write(ref lastUse, Stopwatch.GetTimestamp());
                return true;
            }

            seen = before;
        }

        return false;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref holders) > 0) return;
        (exchanges as IDisposable)?.Dispose();
        onnx.Dispose();
    }

    /// <summary>Binds a slot for one row and for two; a model that takes one row only keeps its trial run as the warm-up.</summary>
    private void Warm()
    {
        var exchange = Rent();
        for (int batch = 1; batch <= 2; batch++)
        {
            foreach (var input in exchange.Slot.Inputs) input.Zero(batch);
            if (exchange.Slot.Run(batch) is not null) break;
        }

        Return(exchange);
    }

    private static byte[] Head(string name, string version)
    {
        var json = new JsonBuffer();
        json.Raw("{\"model_name\":"u8);
        json.Text(name);
        json.Raw(",\"model_version\":"u8);
        json.Text(version);
        return json.Written.ToArray();
    }

    private static byte[] OutputHead(TensorSpec output)
    {
        var json = new JsonBuffer();
        json.Raw("{\"name\":"u8);
        json.Text(output.Name);
        json.Raw(",\"datatype\":"u8);
        json.Text(DataTypes.Word(output.Type));
        json.Raw(",\"shape\":["u8);
        return json.Written.ToArray();
    }
}
