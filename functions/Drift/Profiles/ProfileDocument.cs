using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Drift.Profiles;

/// <summary>What a version's reference, or a window of its prediction log, looked like: a profile of what went in and one of what came out.</summary>
public sealed record ProfileDocument
{
    public required string Model { get; init; }

    public required string Version { get; init; }

    /// <summary>Where the rows come from: <c>upload</c>, a blob, or <c>log</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Beginning of the time that the rows are of; null where it is not known.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of that time, not included.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Files read.</summary>
    public int Files { get; init; }

    /// <summary>Files of the log that could not be read and are missing here.</summary>
    public int Unreadable { get; init; }

    /// <summary>The model's input columns by name.</summary>
    public required Profile Inputs { get; init; }

    /// <summary>What came out, named <c>output.…</c> as in the log, and <c>output.confidence</c>; without columns where that is not known.</summary>
    public required Profile Outputs { get; init; }

    /// <summary>Of a reference, per column NannyML's threshold of the Jensen-Shannon distance; null where there are too few rows for one.</summary>
    public IReadOnlyDictionary<string, double>? Thresholds { get; init; }

    public long Rows => Math.Max(Inputs.Rows, Outputs.Rows);

    /// <summary>The profile of all rows of several windows of a version, in order. Counts are exact, sketches within their stated errors.</summary>
    public static ProfileDocument Merge(IReadOnlyList<ProfileDocument> parts)
    {
        var (inputs, outputs) = (new Profile(), new Profile());
        foreach (ProfileDocument part in parts)
        {
            inputs.Merge(part.Inputs);
            outputs.Merge(part.Outputs);
        }

        return parts[0] with
        {
            From = parts.Min(p => p.From),
            To = parts.Max(p => p.To),
            Files = parts.Sum(p => p.Files),
            Unreadable = parts.Sum(p => p.Unreadable),
            Inputs = inputs,
            Outputs = outputs,
        };
    }
}
