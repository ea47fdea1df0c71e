using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// A pattern of Python's <c>re</c>, searched for anywhere in a text. It runs on the engine that takes time in proportion to the
/// text; only patterns with look-around, back-references, atomic groups or conditions need the other engine, and that one stops after
/// <see cref="MostTime"/> on a text. Plain patterns on ASCII are decided by a table.
/// </summary>
internal sealed class PythonRegex
{
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    /// <value>The longest that one search with the backtracking engine may take. 100 ms.</value>
    public static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(100);

    private readonly Regex regex;

    private readonly AsciiAutomaton? automaton;

    private PythonRegex(Regex regex, string pattern) => (this.regex, Pattern, automaton) = (regex, pattern, AsciiAutomaton.Of(regex.ToString()));

    public string Pattern { get; }

    /// <summary>The pattern, or why it is none (or needs what .NET lacks).</summary>
    public static (PythonRegex? Regex, Fault? Fault) Compile(string pattern)
    {
        (string? translated, string? problem) = RegexTranslation.FromPython(pattern);
        if (translated is null)
            return (null, Wrong(pattern, problem));
        try
        {
            return (new PythonRegex(Build(translated), pattern), null);
        }
        catch (ArgumentException error)
        {
            return (null, Wrong(pattern, error.Message));
        }
    }

    /// <summary>Whether the pattern is found in the text; null when the search took too long.</summary>
    public bool? Finds(ReadOnlySpan<char> text)
    {
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    /// <inheritdoc cref="Finds(ReadOnlySpan{char})"/>
    public bool? Finds(ReadOnlySpan<byte> utf8)
    {
        if (automaton?.Finds(utf8) is { } decided)
            return decided;
        char[]? rented = null;
        Span<char> buffer = utf8.Length <= 256 ? stackalloc char[256] : rented = ArrayPool<char>.Shared.Rent(utf8.Length);
        bool? found = Finds(buffer[..Encoding.UTF8.GetChars(utf8, buffer)]);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return found;
    }

    public Fault TooSlow(string text) => new(
        "TimeoutError",
        $"The regular expression {Pattern} searched a text of {text.Length} characters for more than {MostTime.TotalMilliseconds:0} ms; write it without nested repetition, look-around or back-references.");

    private static Regex Build(string pattern)
    {
        try
        {
            return new Regex(pattern, Options | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, Options, MostTime);
        }
    }

    private static Fault Wrong(string pattern, string? problem) => new("error", $"{pattern} is not a regular expression that can be used here: {problem}");
}
