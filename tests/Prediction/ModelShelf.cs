using System.Collections.Concurrent;
using Tidemark.Platform.Errors;
using Tidemark.Registry;

namespace Tidemark.Tests.Prediction;

/// <summary>Model versions that a test hands out: what the registry's read model does, with the faults that the test asks for.</summary>
internal sealed class ModelShelf
{
    private readonly ConcurrentDictionary<VersionReference, byte[]> files = new();
    private readonly ConcurrentDictionary<ModelName, ResolvedModel> champions = new();
    private readonly ConcurrentDictionary<VersionReference, int> downloads = new();

    /// <summary>The last known answers go on, marked as such; nothing can be downloaded.</summary>
    public bool StorageDown { get; set; }

    /// <summary>What a download waits for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>A download throws, which it never should.</summary>
    public bool Broken { get; set; }

    private static Failure Outage => new(FailureKind.Unavailable, "Storage is down", "Storage does not answer.") { RetryAfter = TimeSpan.FromSeconds(5) };

    public void Put(string model, string version, byte[] file) => files[Reference(model, version)] = file;

    public void Champion(string model, string version) => champions[Name(model)] = Resolved(model, version);

    public int Downloads(string model, string version) => downloads.GetValueOrDefault(Reference(model, version));

    public static ResolvedModel Resolved(string model, string version, bool stale = false) => new(Name(model), Version(version), Manifest(model, version), stale);

    public ValueTask<Outcome<ResolvedModel>> ResolveAsync(ModelName model, ModelVersion? version, CancellationToken cancellation)
    {
        if (version is { } wanted)
        {
            return new(files.ContainsKey(new(model, wanted))
                ? Resolved(model.ToString(), wanted.ToString(), StorageDown)
                : new Failure(FailureKind.NotFound, "No such version", $"The model '{model}' has no version '{wanted}'."));
        }

        if (!champions.TryGetValue(model, out var champion)) return new(new Failure(FailureKind.NotFound, "No such model", $"There is no model '{model}'."));
        return new(StorageDown ? champion with { Stale = true } : champion);
    }

    public async Task<Outcome<byte[]>> DownloadAsync(ModelName model, ModelVersion version, CancellationToken cancellation)
    {
        downloads.AddOrUpdate(new(model, version), 1, (_, count) => count + 1);
        await Gate;
        if (Broken) throw new InvalidOperationException("broken on purpose");
        return StorageDown ? Outage : files[new(model, version)];
    }

    public Task<Outcome<IReadOnlyList<ModelName>>> ListAsync(CancellationToken cancellation) =>
        Task.FromResult<Outcome<IReadOnlyList<ModelName>>>(StorageDown ? Outage : champions.Keys.ToList());

    private static ModelManifest Manifest(string model, string version) => new()
    {
        Model = model,
        Version = version,
        Sha256 = new string('0', 64),
        Size = 1,
        Opset = new Dictionary<string, long> { ["ai.onnx"] = 17 },
        Inputs = [new("x", Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, [-1, 3])],
        Outputs = [new("score", Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float, [-1, 1])],
        Created = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero),
        CreatedBy = "test",
    };

    private static ModelName Name(string model) => ModelName.Parse(model).Value;

    private static ModelVersion Version(string version) => ModelVersion.Parse(version).Value;

    private static VersionReference Reference(string model, string version) => new(Name(model), Version(version));
}
