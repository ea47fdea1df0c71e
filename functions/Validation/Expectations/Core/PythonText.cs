using System.Globalization;
using System.Text.Json;

namespace Tidemark.Validation.Expectations;

/// <summary>A value as Python's <c>str()</c> writes it, because lengths and patterns of numbers are those of that text.</summary>
internal static class PythonText
{
    public static string Of(object? value) => value switch
    {
        null => "None",
        string text => text,
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "True" : "False",
        double real => OfReal(real),
        DateTime date => Values.Iso(date).Replace('T', ' '),
        DateTimeOffset date => Values.ToJson(date)!.GetValue<string>().Replace('T', ' '),
        JsonElement element => element.GetRawText(),
        _ => value.ToString() ?? "",
    };

    /// <summary>Shortest text that reads back to the same number; an exponent below 1e-4 and from 1e16 on, ".0" on whole numbers.</summary>
    private static string OfReal(double real)
    {
        if (double.IsNaN(real))
            return "nan";
        if (double.IsInfinity(real))
            return real > 0 ? "inf" : "-inf";
        double size = Math.Abs(real);
        if (size != 0 && (size < 1e-4 || size >= 1e16))
            return Exponent(real.ToString("E16", CultureInfo.InvariantCulture), real);
        string text = ((decimal?)Exactly(size))?.ToString(CultureInfo.InvariantCulture) ?? size.ToString("R", CultureInfo.InvariantCulture);
        return (double.IsNegative(real) ? "-" : "") + (text.Contains('.', StringComparison.Ordinal) ? text : text + ".0");
    }

    /// <summary>"R" may choose an exponent (1E-05, 1E+15) where Python writes digits; decimal writes them.</summary>
    private static decimal? Exactly(double size)
    {
        string shortest = size.ToString("R", CultureInfo.InvariantCulture);
        return shortest.Contains('E', StringComparison.Ordinal) ? decimal.Parse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture) : null;
    }

    private static string Exponent(string scientific, double real)
    {
        string shortest = real.ToString("R", CultureInfo.InvariantCulture);
        string digits = shortest.Contains('E', StringComparison.Ordinal) ? shortest[..shortest.IndexOf('E', StringComparison.Ordinal)] : Mantissa(shortest);
        int exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{digits}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    private static string Mantissa(string plain)
    {
        string sign = plain[0] == '-' ? "-" : "";
        string digits = plain.Replace("-", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal).Trim('0');
        return sign + (digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits);
    }
}
