namespace Tidemark.Local;

/// <summary>Colours where the terminal shows them; plain text in a pipe and under <c>NO_COLOR</c>.</summary>
internal static class Screen
{
    private static readonly bool Colours = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public static string Bold(string text) => Paint(text, 1);

    public static string Dim(string text) => Paint(text, 2);

    public static string Green(string text) => Paint(text, 32);

    public static string Blue(string text) => Paint(text, 36);

    public static string Red(string text) => Paint(text, 31);

    /// <summary>Shown while something is awaited; gone when the next line is written. Nothing in a pipe.</summary>
    public static void Progress(string text)
    {
        if (Colours) Console.Write($"\r\u001b[2K{Dim(text)}");
    }

    public static void Line(string text = "")
    {
        if (Colours) Console.Write("\r\u001b[2K");
        Console.WriteLine(text);
    }

    public static void Error(string sentence)
    {
        if (Colours) Console.Write("\r\u001b[2K");
        Console.Error.WriteLine(Red(sentence));
    }

    private static string Paint(string text, int code) => Colours ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
