using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// A <c>strftime</c> format that texts can be read by, as Python's <c>datetime.strptime</c> does: English names, any white space where the
/// format has some, and a day that the month has. Directives: a A b B c d f H I j m M p S U w W x X y Y z Z G u V %.
/// </summary>
internal sealed class StrftimeFormat
{
    private static readonly Dictionary<char, string> Directives = new()
    {
        ['a'] = "(mon|tue|wed|thu|fri|sat|sun)",
        ['A'] = "(monday|tuesday|wednesday|thursday|friday|saturday|sunday)",
        ['b'] = "(?<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
        ['B'] = "(?<month>january|february|march|april|may|june|july|august|september|october|november|december)",
        ['d'] = "(?<day>3[01]|[12][0-9]|0[1-9]|[1-9]| [1-9])",
        ['f'] = "[0-9]{1,6}",
        ['H'] = "(2[0-3]|[01][0-9]|[0-9])",
        ['I'] = "(1[0-2]|0[1-9]|[1-9])",
        ['j'] = "(36[0-6]|3[0-5][0-9]|[12][0-9][0-9]|0[1-9][0-9]|00[1-9]|[1-9][0-9]|0[1-9]|[1-9])",
        ['m'] = "(?<month>1[0-2]|0[1-9]|[1-9])",
        ['M'] = "([0-5][0-9]|[0-9])",
        ['p'] = "(am|pm)",
        ['S'] = "(6[01]|[0-5][0-9]|[0-9])",
        ['U'] = "(5[0-3]|[0-4][0-9]|[0-9])",
        ['W'] = "(5[0-3]|[0-4][0-9]|[0-9])",
        ['w'] = "[0-6]",
        ['u'] = "[1-7]",
        ['V'] = "(5[0-3]|0[1-9]|[1-4][0-9]|[0-9])",
        ['G'] = "[0-9]{4}",
        ['y'] = "(?<short>[0-9]{2})",
        ['Y'] = "(?<year>[0-9]{4})",
        ['z'] = "([+-][0-9]{2}:?[0-5][0-9](:?[0-5][0-9](\\.[0-9]{1,6})?)?|z)",
        ['Z'] = "(utc|gmt|est|edt|cst|cdt|mst|mdt|pst|pdt|cet|cest)?",
        ['%'] = "%",
    };

    private readonly Regex regex;

    private StrftimeFormat(Regex regex) => this.regex = regex;

    public static (StrftimeFormat? Format, Fault? Fault) Parse(string format)
    {
        string expanded = format
            .Replace("%c", "%a %b %d %H:%M:%S %Y", StringComparison.Ordinal)
            .Replace("%x", "%m/%d/%y", StringComparison.Ordinal)
            .Replace("%X", "%H:%M:%S", StringComparison.Ordinal);
        var pattern = new StringBuilder(@"(?in)\A");
        for (int i = 0; i < expanded.Length; i++)
        {
            if (expanded[i] == '%' && (i + 1 == expanded.Length || !Directives.ContainsKey(expanded[i + 1])))
                return (null, Fault.Value($"Unable to use provided strftime_format: '{expanded[i..Math.Min(i + 2, expanded.Length)]}' is not a directive that can be parsed."));
            if (expanded[i] == '%')
                pattern.Append(Directives[expanded[++i]]);
            else
                pattern.Append(char.IsWhiteSpace(expanded[i]) ? @"\s+" : Regex.Escape(expanded[i].ToString()));
        }

        return (new StrftimeFormat(new Regex(pattern.Append(@"\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)), null);
    }

    public bool Fits(string text)
    {
        Match match = regex.Match(text);
        return match.Success && HasDay(match);
    }

    private static bool HasDay(Match match)
    {
        if (match.Groups["year"] is { Success: true, Value: "0000" })
            return false;
        if (!match.Groups["day"].Success || !match.Groups["month"].Success)
            return true;
        int year = match.Groups["year"].Success ? Number(match.Groups["year"]) : match.Groups["short"].Success ? FullYear(Number(match.Groups["short"])) : 1900;
        string month = match.Groups["month"].Value;
        int number = char.IsDigit(month[0]) ? int.Parse(month, CultureInfo.InvariantCulture) : DateWords.Month(month)!.Value;
        return Number(match.Groups["day"]) <= DateTime.DaysInMonth(year, number);
    }

    /// <summary>POSIX: 69 to 99 are of the 20th century.</summary>
    private static int FullYear(int two) => two + (two >= 69 ? 1900 : 2000);

    private static int Number(Group group) => int.Parse(group.ValueSpan.Trim(), CultureInfo.InvariantCulture);
}
