using System.Text.RegularExpressions;
using Tidemark.Platform.Errors;

namespace Tidemark.Retraining.Compute;

/// <summary>The name of a training run: row key in table <c>trainingruns</c> and folder in container <c>runs</c>. Safe in both and in a URL (promise I11).</summary>
public readonly partial record struct TrainingRunId
{
    private readonly string? text;

    private TrainingRunId(string text) => this.text = text;

    public static Outcome<TrainingRunId> Parse(string? text) => text is not null && Rule().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal)
        ? new TrainingRunId(text)
        : new Failure(FailureKind.Malformed, "Not a training run",
            $"'{(text is { Length: > 80 } ? text[..80] + "…" : text)}' is no name of a training run: it must be 1 to 128 letters, digits, dots, underscores or hyphens, beginning with a letter or digit.");

    public override string ToString() => text ?? throw new InvalidOperationException("A TrainingRunId comes from Parse.");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,127}\z")]
    private static partial Regex Rule();
}
