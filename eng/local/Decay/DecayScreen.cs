using System.Globalization;

namespace Tidemark.Local;

/// <summary><c>./run --demo decay</c>: the story, hour by hour.</summary>
internal static class DecayScreen
{
    private static readonly DecayLength Length = new(900, [(SensorWorld.Lab, 5), (SensorWorld.OtherUnit, 7), (SensorWorld.OtherRegime, 7)]);

    public static async Task<bool> ShowAsync(Suite suite, HttpClient http, CancellationToken stop)
    {
        string model = string.Create(CultureInfo.InvariantCulture, $"sensor-{TimeProvider.System.GetUtcNow():yyyyMMddHHmmss}");
        var story = new DecayStory(model, http, suite.Storage, TimeProvider.System);
        Screen.Line();
        Screen.Line($"{Screen.Bold("A sensor model decays")}: {model}. Right answers of the version that serves, and of the first version had it served on.");
        Screen.Progress("Training the first version ...");
        var points = await story.RunAsync(Length, seed: 7, Tell, stop);
        double best = points.Where(p => p.World == SensorWorld.Lab).Max(p => p.Served);
        DecayPoint last = points[^1];
        Screen.Line(string.Create(CultureInfo.InvariantCulture, $"In the end {100 * last.Served:0.0} % with retraining (best {100 * best:0.0} %), {100 * last.Frozen:0.0} % without."));
        Screen.Line($"Both curves, gates and figures: {Screen.Blue($"http://localhost:{suite.Address.Port}{await story.ReportAsync(stop)}")}");
        return true;
    }

    private static void Tell(DecayPoint point)
    {
        string served = string.Create(CultureInfo.InvariantCulture, $"{100 * point.Served,5:0.0} %");
        string world = point.World switch { SensorWorld.Lab => "as in the lab", SensorWorld.OtherUnit => "degrees Fahrenheit", _ => "other machines" };
        string came = point.Retraining is { } end ? $"  alarm; retraining: {end}" : "";
        Screen.Line(string.Create(CultureInfo.InvariantCulture, $"  hour {point.Hour,2}  {world,-18}  version {point.Version}  {(point.Served < 0.8 ? Screen.Red(served) : Screen.Green(served))}  frozen {100 * point.Frozen,5:0.0} %{came}"));
    }
}
