using System.Globalization;

namespace Tidemark.Local;

/// <summary>What <c>./run</c> shows once everything is up.</summary>
internal static class Welcome
{
    private const string Json = "-H 'content-type: application/json'";

    public static void Show(string root, Suite suite, string version, double probability, TimeSpan ready)
    {
        string address = $"http://localhost:{suite.Address.Port}";
        Screen.Line();
        Screen.Line($"{Screen.Bold("Tidemark")} answers at {Screen.Blue(address)}, ready after {ready.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s.");
        Screen.Line($"{Screen.Bold("heart")}, version {version}, says of its first example row: "
            + Screen.Green(string.Create(CultureInfo.InvariantCulture, $"{100 * probability:0.0}% heart disease")) + ".");
        foreach (var trigger in FunctionList.Read(suite.HostOutput).GroupBy(f => f.Trigger)) ShowFunctions(trigger.Key, [.. trigger]);
        ShowCalls(root, address);
    }

    private static void ShowFunctions(string trigger, List<ListedFunction> functions)
    {
        int width = functions.Max(f => f.Where.Length);
        Screen.Line();
        Screen.Line(Screen.Bold(trigger switch { ListedFunction.Http => "HTTP", "queue" => "Queues", "timer" => "Timers", _ => trigger }));
        foreach (var function in functions.OrderBy(f => f.Path, StringComparer.Ordinal)) Screen.Line($"  {function.Where.PadRight(width)}  {Screen.Dim(function.Name)}");
    }

    // The files by their full path, so that the lines work in any folder.
    private static void ShowCalls(string root, string address)
    {
        string samples = Path.Combine(root, "samples/heart");
        Screen.Line();
        Screen.Line(Screen.Bold("Try"));
        Screen.Line($"  curl -s {address}/api/models/heart");
        Screen.Line($"  curl -s {address}/v2/models/heart/infer {Json} -d '@{samples}/infer.json'");
        Screen.Line($"  curl -s {address}/models/heart/invocations {Json} -d '@{samples}/rows.json'");
        Screen.Line();
    }
}
