using System.Text.RegularExpressions;
using Tidemark.Platform.Errors;

namespace Tidemark.Validation.Store;

/// <summary>The name of a stored suite: letters, digits, dots, underscores and hyphens. Safe in a blob path and a URL (promise I11).</summary>
public readonly partial record struct SuiteName
{
    private readonly string? text;

    private SuiteName(string text) => this.text = text;

    public static Outcome<SuiteName> Parse(string? text) => text is not null && Rule().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal)
        ? new SuiteName(text)
        : new Failure(
            FailureKind.Malformed, "Not a suite name",
            $"'{(text is { Length: > 80 } ? text[..80] + "…" : text)}' is not a suite name: it must be 1 to 63 letters, digits, dots, underscores or hyphens, beginning with a letter or digit.");

    public override string ToString() => text ?? throw new InvalidOperationException("A SuiteName comes from Parse.");

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,62}\z")]
    private static partial Regex Rule();
}
