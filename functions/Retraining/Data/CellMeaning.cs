using System.Globalization;
using System.Text;

namespace Tidemark.Retraining.Data;

/// <summary>What a cell means in training; docs/training-contract.md, "One meaning of a cell".</summary>
public static class CellMeaning
{
    /// <summary>The category that a text is: <c>3.0</c> is <c>3</c>, anything else is itself.</summary>
    public static ReadOnlySpan<byte> Category(ReadOnlySpan<byte> text) =>
        text.EndsWith(".0"u8) && IsWhole(text[..^2]) ? text[..^2] : text;

    /// <inheritdoc cref="Category(ReadOnlySpan{byte})"/>
    public static string Category(string text) => text.EndsWith(".0", StringComparison.Ordinal) ? Encoding.UTF8.GetString(Category(Encoding.UTF8.GetBytes(text))) : text;

    /// <summary>Every text that is this category.</summary>
    public static IEnumerable<string> Spellings(string category) =>
        IsWhole(Encoding.UTF8.GetBytes(category)) ? [category, category + ".0"] : [category];

    /// <summary>A number, or a date and time by ISO 8601 as microseconds since 1970 (UTC where no offset is given); null for anything else.</summary>
    public static double? Time(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)) return double.IsFinite(number) ? number : null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10.0
            : null;
    }

    private static bool IsWhole(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> digits = text is [(byte)'-', ..] ? text[1..] : text;
        return digits.Length > 0 && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9') && (digits.Length == 1 || digits[0] != '0');
    }
}
