namespace Tidemark.BicepCheck.Checks;

/// <summary>Guesses what was meant.</summary>
internal static class Spelling
{
    /// <summary><c>; did you mean 'x'?</c> with the nearest of the known words, or nothing where none is near.</summary>
    public static string Near(string word, IEnumerable<string> known)
    {
        string? best = known
            .Select(candidate => (candidate, Far: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .Where(c => c.Far <= (word.Length + 2) / 3)
            .OrderBy(c => c.Far).ThenBy(c => c.candidate, StringComparer.Ordinal)
            .FirstOrDefault().candidate;
        return best is null ? "" : $"; did you mean '{best}'?";
    }

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}
