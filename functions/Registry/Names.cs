using System.Text.RegularExpressions;
using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>The name of a model: <c>^[a-z][a-z0-9-]{1,62}$</c>. Safe in a blob path, a table key and a URL (promise I11).</summary>
public readonly partial record struct ModelName
{
    private readonly string? text;

    private ModelName(string text) => this.text = text;

    public static Outcome<ModelName> Parse(string? text) => text is not null && Rule().IsMatch(text)
        ? new ModelName(text)
        : Names.Refuse("model name", text, "2 to 63 lower-case letters, digits or hyphens, beginning with a letter");

    public override string ToString() => text ?? throw new InvalidOperationException("A ModelName comes from Parse.");

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{1,62}\z")]
    private static partial Regex Rule();
}

/// <summary>
/// A version of a model: <c>^[a-z0-9][a-z0-9._-]{0,62}$</c> without <c>..</c>. Versions that the registry gives out are
/// 1, 2, 3…; a data engineer who drops blobs names the version by the folder.
/// </summary>
public readonly partial record struct ModelVersion
{
    private readonly string? text;

    private ModelVersion(string text) => this.text = text;

    public static Outcome<ModelVersion> Parse(string? text) => text is not null && Rule().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal)
        ? new ModelVersion(text)
        : Names.Refuse("model version", text, "1 to 63 lower-case letters, digits, dots, underscores or hyphens, beginning with a letter or digit");

    public static ModelVersion Number(int number) => number > 0
        ? new ModelVersion(number.ToString(System.Globalization.CultureInfo.InvariantCulture))
        : throw new ArgumentOutOfRangeException(nameof(number), number, "Versions count from 1.");

    public override string ToString() => text ?? throw new InvalidOperationException("A ModelVersion comes from Parse.");

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,62}\z")]
    private static partial Regex Rule();
}

/// <summary>The name of an alias, by the rule of <see cref="ModelName"/>. <see cref="Champion"/> answers when no version is asked for.</summary>
public readonly partial record struct AliasName
{
    private readonly string? text;

    private AliasName(string text) => this.text = text;

    public static AliasName Champion { get; } = new("champion");

    public static Outcome<AliasName> Parse(string? text) => text is not null && Rule().IsMatch(text)
        ? new AliasName(text)
        : Names.Refuse("alias", text, "2 to 63 lower-case letters, digits or hyphens, beginning with a letter");

    public override string ToString() => text ?? throw new InvalidOperationException("An AliasName comes from Parse.");

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{1,62}\z")]
    private static partial Regex Rule();
}

internal static class Names
{
    private const int Shown = 80;

    public static Failure Refuse(string what, string? text, string rule)
    {
        string shown = text is null ? "nothing" : $"'{(text.Length <= Shown ? text : text[..Shown] + "…")}'";
        return new Failure(FailureKind.Malformed, $"Not a {what}", $"{shown} is not a {what}: it must be {rule}.");
    }
}
