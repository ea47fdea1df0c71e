using System.Text.RegularExpressions;

namespace Tidemark.Embedded;

/// <summary>What Azure Storage and the genuine host ask of queue names.</summary>
internal static partial class QueueNames
{
    private const string PoisonSuffix = "-poison";
    private const int MaxLength = 63;

    /// <returns>The name in lower case, as the genuine host takes it.</returns>
    /// <exception cref="FormatException">Azure Storage would refuse the name.</exception>
    public static string Parse(string text)
    {
        string name = text.ToLowerInvariant();
        return Valid().IsMatch(name)
            ? name
            : throw new FormatException($"The queue name '{text}' is refused by Azure Storage; give 3 to 63 letters, digits and single hyphens between them.");
    }

    /// <summary>Where messages go that failed too often; null for a poison queue itself and for a name that leaves no room for the suffix.</summary>
    public static string? PoisonOf(string queue) =>
        queue.EndsWith(PoisonSuffix, StringComparison.Ordinal) || queue.Length + PoisonSuffix.Length > MaxLength ? null : queue + PoisonSuffix;

    [GeneratedRegex(@"^(?=.{3,63}\z)[a-z0-9]+(-[a-z0-9]+)*\z")]
    private static partial Regex Valid();
}
