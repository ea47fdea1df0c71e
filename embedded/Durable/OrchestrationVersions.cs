namespace Tidemark.Embedded;

/// <summary>The order of versions.</summary>
internal static class OrchestrationVersions
{
    /// <summary>By number where both are version numbers, else as text; nothing comes before everything.</summary>
    public static int Compare(string version, string other)
    {
        if (string.IsNullOrWhiteSpace(version) || string.IsNullOrWhiteSpace(other))
            return (string.IsNullOrWhiteSpace(version) ? 0 : 1) - (string.IsNullOrWhiteSpace(other) ? 0 : 1);
        return Version.TryParse(version, out Version? number) && Version.TryParse(other, out Version? otherNumber)
            ? number.CompareTo(otherNumber)
            : string.Compare(version, other, StringComparison.OrdinalIgnoreCase);
    }
}
