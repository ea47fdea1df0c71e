using Tidemark.Drift.Checks;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Registry;

namespace Tidemark.Drift.Profiles;

/// <summary>A reference as the routes show it.</summary>
public sealed record ReferenceView(string Model, string Version, string Source, long Rows, DateTimeOffset? From, DateTimeOffset? To, IReadOnlyList<ReferenceColumn> Columns)
{
    public static async Task<Outcome<ProfileDocument>> FindAsync(ProfileStore profiles, VersionReference version, CancellationToken cancellation) =>
        await profiles.ReferenceAsync(version, cancellation) is { } found
            ? found.Document
            : new Failure(FailureKind.NotFound, "No reference", $"Version {version} has no reference profile yet: PUT one, or wait until enough of its predictions are logged.");

    public static Answer<ReferenceView> Answer(ProfileDocument document) => new(Of(document), CheckJson.Default.ReferenceView);

    private static ReferenceView Of(ProfileDocument document) => new(
        document.Model, document.Version, document.Source, document.Rows, document.From, document.To,
        [.. document.Inputs.Columns.Select(c => ReferenceColumn.Of(c, document.Inputs)), .. document.Outputs.Columns.Select(c => ReferenceColumn.Of(c, document.Outputs))]);
}

/// <param name="Kind">What its values are; null where there is none.</param>
/// <param name="Distinct">Number of distinct values, by estimate beyond 1,024.</param>
/// <param name="Quartiles">Smallest, 25 %, median, 75 %, largest number; within 0.7 % of the ranks.</param>
/// <param name="Most">The most frequent texts, or numbers where there are few, with their counts.</param>
public sealed record ReferenceColumn(string Name, ColumnKind? Kind, long Missing, double Distinct, IReadOnlyList<double>? Quartiles, IReadOnlyDictionary<string, long> Most)
{
    private const int Shown = 10;

    public static ReferenceColumn Of(ColumnProfile column, Profile profile) => new(
        column.Name, column.Kind, profile.Missing(column), Math.Round(column.Distinct.Estimate()),
        column.Quantiles.Count == 0 ? null : [.. new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(column.Quantiles.Quantile)],
        column.Texts.Listed > 0 ? column.Texts.Values().Take(Shown).ToDictionary(v => v.Text, v => v.Count)
            : column.Numbers.IsExact ? column.Numbers.Values().Take(Shown).ToDictionary(v => v.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), v => v.Count)
            : new Dictionary<string, long>());
}
