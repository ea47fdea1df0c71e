using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Measures;

namespace Tidemark.Retraining.Verification;

/// <summary>A run that has been checked and may be registered.</summary>
/// <param name="Model">The bytes of model.onnx.</param>
/// <param name="Test">Measures on the hold-out, computed here.</param>
/// <param name="ParityError">Largest difference to the trainer's own answers.</param>
/// <param name="Job">What the run was of.</param>
/// <param name="Candidate">Which kind of model was chosen.</param>
public sealed record VerifiedRun(byte[] Model, MeasureSet Test, double ParityError, string Job, string Candidate);

/// <summary>
/// What stands between a trainer and the registry. A trainer is not trusted: hashes, answers and figures are computed again, from the model
/// in the runtime that will serve it and from the data that the run was asked to use.
/// </summary>
public static class RunVerification
{
    private const double FigureTolerance = 1e-3;
    private const double CountTolerance = 0.005;

    /// <param name="spec">The spec as it was asked for, not as the run repeats it.</param>
    /// <param name="data">The frozen data.</param>
    /// <param name="file">A file of the run by name, or null where there is none.</param>
    /// <returns>The run, or (kind <see cref="FailureKind.Unprocessable"/>) the first thing that is wrong with it.</returns>
    public static async Task<Outcome<VerifiedRun>> VerifyAsync(RunSpec spec, RunData data, Func<string, Task<byte[]?>> file, CancellationToken cancellation)
    {
        var files = await FilesAsync(file);
        if (!files.Ok) return files.As<VerifiedRun>();
        var (job, contents) = files.Value;
        var loaded = ModelAnswers.Load(contents[RunFiles.Model], spec);
        if (!loaded.Ok) return loaded.As<VerifiedRun>();
        using var model = loaded.Value;
        var parity = ParityCheck.Run(model, contents[RunFiles.Parity], spec);
        if (!parity.Ok) return parity.As<VerifiedRun>();
        var claimed = Claims.Read(contents[RunFiles.Metrics], contents[RunFiles.Lineage]);
        if (!claimed.Ok) return claimed.As<VerifiedRun>();
        var heldOut = await HoldOut.ReadAsync(spec, data, cancellation);
        if (!heldOut.Ok) return heldOut.As<VerifiedRun>();
        if (heldOut.Value.SplitSha256 != claimed.Value.SplitSha256) return Refused("The rows were split otherwise than the spec says, so its test figures are of other rows.");
        var measured = await heldOut.Value.MeasureAsync(model, claimed.Value.Threshold, cancellation);
        if (!measured.Ok) return measured.As<VerifiedRun>();
        return Difference(measured.Value, claimed.Value.Test) is { } difference
            ? Refused(difference)
            : new VerifiedRun(contents[RunFiles.Model], measured.Value, parity.Value, job, claimed.Value.Candidate);
    }

    private static async Task<Outcome<(string Job, Dictionary<string, byte[]> Contents)>> FilesAsync(Func<string, Task<byte[]?>> file)
    {
        RunManifest? manifest = null;
        try
        {
            if (await file(RunFiles.Manifest) is { } bytes) manifest = RunManifest.Read(bytes);
        }
        catch (JsonException wrong)
        {
            return Refused($"{RunFiles.Manifest} can't be read: {wrong.Message}");
        }

        if (manifest?.Files is null) return Refused($"There is no {RunFiles.Manifest}: the run is not whole.");
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (string name in RunFiles.Listed)
        {
            if (!manifest.Files.TryGetValue(name, out var stamp) || await file(name) is not { } content) return Refused($"{name} is missing.");
            if (FileStamp.Of(content) is var actual && actual != stamp) return Refused($"{name} hashes to {actual.Sha256}, the manifest says {stamp.Sha256}: it was changed after the run.");
            contents.Add(name, content);
        }

        return (manifest.Job, contents);
    }

    private static string? Difference(MeasureSet measured, MeasureSet claimed)
    {
        var figures = claimed.Figures().ToDictionary(f => f.Name, f => f.Value);
        if (measured.Rows != claimed.Rows) return $"The hold-out has {measured.Rows} rows; the run says {claimed.Rows}.";
        // A row whose score is at a border may count on either side of it; figures that count rows may move by so many.
        double counted = Math.Max(CountTolerance, 1.5 / measured.Rows);
        foreach (var (name, value) in measured.Figures())
        {
            bool counts = name is "accuracy" or "precision" or "recall" or "f1" or "calibrationError";
            double allowed = counts ? 2 * counted : FigureTolerance * Math.Max(1, Math.Abs(value));
            if (!figures.TryGetValue(name, out double said) || !(Math.Abs(said - value) <= allowed))
                return $"The run says that {name} on the hold-out is {(figures.ContainsKey(name) ? said : "nothing")}; the model gives {value}.";
        }

        return null;
    }

    private static Failure Refused(string detail) => new(FailureKind.Unprocessable, "Training run refused", detail);

    /// <summary>What a run says of itself.</summary>
    private sealed record Claims(MeasureSet Test, double Threshold, string SplitSha256, string Candidate)
    {
        public static Outcome<Claims> Read(byte[] metrics, byte[] lineage)
        {
            try
            {
                using var figures = JsonDocument.Parse(metrics);
                using var origin = JsonDocument.Parse(lineage);
                var root = figures.RootElement;
                var threshold = root.GetProperty("threshold");
                return new Claims(
                    root.GetProperty("test").Deserialize<MeasureSet>(JsonSerializerOptions.Web)!,
                    threshold.ValueKind == JsonValueKind.Number ? threshold.GetDouble() : 0.5,
                    origin.RootElement.GetProperty("splitSha256").GetString() ?? "",
                    root.GetProperty("chosen").GetString() ?? "");
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                return Refused($"{RunFiles.Metrics} or {RunFiles.Lineage} does not follow the contract: {e.Message}");
            }
        }
    }
}
