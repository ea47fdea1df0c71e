using Tidemark.Local;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Retraining;

public sealed class CompletionEventTests
{
    private static readonly string[] Replaced = ["Retraining__Poll", "Retraining__LongestPoll"];

    [Fact]
    public async Task Training_is_looked_at_as_soon_as_somebody_tells_that_it_has_ended_however_long_the_next_look_is_away()
    {
        await using RunningSuite suite = await RunningSuite.StartAsync(
            null, [.. RetrainingSuite.Settings.Where(s => !Replaced.Contains(s.Name)), .. Replaced.Select(name => (name, "01:00:00"))]);
        var sensor = new SensorModel(suite.Http, suite.Azurite.ConnectionString, SensorModel.NewName());
        await sensor.DataAsync("lab", new SensorStream(3).Take(SensorWorld.Lab, 600));
        await sensor.PutPolicyAsync(sensor.Policy("lab"));
        string id = await sensor.BeginAsync();

        string? state = null;
        await Eventually.TrueAsync(
            async () =>
            {
                await suite.Http.PostJsonAsync($"runtime/webhooks/durabletask/instances/{id}/raiseEvent/TrainingEnded", "\"ended\"");
                var record = await suite.Http.GetAsync($"api/retrainings/{id}", TestContext.Current.CancellationToken).JsonAsync();
                state = (string?)record["state"];
                return (bool)record["ended"]!;
            },
            "the retraining ends");

        Assert.Equal("kept", state);
    }
}
