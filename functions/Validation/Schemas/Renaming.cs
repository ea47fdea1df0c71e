using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Validation.Schemas;

/// <summary>Guesses under which new name a missing column has come.</summary>
internal static class Renaming
{
    private const double MuchOfTheDomain = 0.8;

    /// <summary>Name of the new column of the same kind that shares the domain, has a similar name, or is the only one new; null when none does.</summary>
    public static string? Candidate(Feature missing, IEnumerable<ColumnProfile> added)
    {
        List<ColumnProfile> alike = [.. added.Where(c => c.Kind == missing.Kind || c.Kind == ColumnKind.Integer && missing.Kind == ColumnKind.Real)];
        ColumnProfile? best = alike.Find(c => SharesDomain(missing, c)) ?? alike.Find(c => SimilarNames(missing.Name, c.Name)) ?? (alike.Count == 1 && missing.Domain is null ? alike[0] : null);
        return best?.Name;
    }

    private static bool SharesDomain(Feature missing, ColumnProfile column) =>
        missing.Domain is { Count: > 0 } domain && column.Texts.Total > 0
        && column.Texts.Values().Where(v => domain.Contains(v.Text)).Sum(v => v.Count) >= MuchOfTheDomain * column.Texts.Total;

    /// <summary>Letters and digits alike but for less than a third (Levenshtein distance), or one name within the other.</summary>
    private static bool SimilarNames(string a, string b)
    {
        (string left, string right) = (Plain(a), Plain(b));
        int longest = Math.Max(left.Length, right.Length);
        return left.Length > 2 && right.Length > 2
            && (left.Contains(right, StringComparison.Ordinal) || right.Contains(left, StringComparison.Ordinal) || 3 * Edits(left, right) < longest);
    }

    private static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static int Edits(string a, string b)
    {
        int[] before = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] now = [i, .. new int[b.Length]];
            for (int j = 1; j <= b.Length; j++)
                now[j] = Math.Min(Math.Min(now[j - 1], before[j]) + 1, before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            before = now;
        }
        return before[b.Length];
    }
}
