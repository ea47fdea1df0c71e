namespace Tidemark.Validation.Expectations;

/// <summary>English names of months and weekdays, whole or cut to three letters (also "sept").</summary>
internal static class DateWords
{
    private static readonly string[] Months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] Weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    /// <summary>1 to 12, or null.</summary>
    public static int? Month(string word)
    {
        if (word.Equals("sept", StringComparison.OrdinalIgnoreCase))
            return 9;
        int place = Array.FindIndex(Months, name => Names(name, word));
        return place < 0 ? null : place + 1;
    }

    public static bool IsWeekday(string word) => Array.Exists(Weekdays, name => Names(name, word));

    private static bool Names(string name, string word) =>
        name.Equals(word, StringComparison.OrdinalIgnoreCase) || (word.Length == 3 && name.StartsWith(word, StringComparison.OrdinalIgnoreCase));
}
