namespace Tidemark.Embedded;

/// <summary>Which texts can name an instance.</summary>
internal static class InstanceIds
{
    private const int Longest = 256;

    /// <exception cref="ArgumentException">With the rule that <paramref name="id"/> breaks.</exception>
    public static void ThrowIfBad(string id, string parameter)
    {
        if (!IsGood(id))
        {
            throw new ArgumentException(
                $"'{id}' can't name an orchestration instance: give 1 to {Longest} characters without '/', '\\', '#', '?' and control characters, and not beginning with '@'.",
                parameter);
        }
    }

    public static bool IsGood(string? id) =>
        id is { Length: > 0 and <= Longest } && id[0] != '@' && !id.Any(c => c is '/' or '\\' or '#' or '?' || char.IsControl(c));
}
