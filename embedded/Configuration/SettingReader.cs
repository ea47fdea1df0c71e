using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Tidemark.Embedded;

/// <summary>Reads typed values from <c>host.json</c> and collects what is wrong, so that one start reports every mistake.</summary>
internal sealed class SettingReader(IConfiguration host)
{
    private readonly List<string> refused = [];

    public string? Text(string path, string? fallback) => host[path] ?? fallback;

    public int Number(string path, int fallback, int min, int max)
    {
        if (host[path] is not { } text) return fallback;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max) return value;
        return Refuse(path, text, max == int.MaxValue ? $"a whole number of at least {min}" : $"a whole number from {min} to {max}", fallback);
    }

    public TimeSpan Time(string path, TimeSpan fallback, TimeSpan min, TimeSpan max, string also = "")
    {
        if (host[path] is not { } text) return fallback;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan value) && value >= min && value <= max) return value;
        string range = max == TimeSpan.MaxValue ? $"a time (hh:mm:ss) of at least {min}" : $"a time (hh:mm:ss) from {min} to {max}";
        return Refuse(path, text, also.Length == 0 ? range : $"{range}, {also}", fallback);
    }

    /// <summary>One of <paramref name="allowed"/>, compared without regard to case and returned as spelled there.</summary>
    public string Choice(string path, string? fallback, string[] allowed)
    {
        string? text = host[path] ?? fallback;
        return allowed.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? Refuse(path, text, string.Join(" or ", allowed.Select(word => $"\"{word}\"")), allowed[0]);
    }

    /// <summary>A text that <paramref name="pattern"/> matches, which <paramref name="allowed"/> says in words.</summary>
    public string Pattern(string path, string fallback, Regex pattern, string allowed)
    {
        string text = host[path] ?? fallback;
        return pattern.IsMatch(text) ? text : Refuse(path, text, allowed, fallback);
    }

    public void ThrowIfRefused()
    {
        if (refused.Count > 0) throw new StartRefusedException(refused);
    }

    private T Refuse<T>(string path, string? value, string allowed, T fallback)
    {
        string shown = value is null ? "missing" : $"\"{value}\"";
        refused.Add($"host.json: {path.Replace(':', '.')} is {shown}; allowed is {allowed}.");
        return fallback;
    }
}
