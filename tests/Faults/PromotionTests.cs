using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Faults;

public sealed class PromotionTests
{
    [Fact]
    public async Task Champion_moves_under_load_without_a_failed_request_and_never_back()
    {
        await using var suite = await RunningSuite.StartAsync();
        await suite.Http.RegisterAsync("heart", Heart.Model).JsonAsync(201);
        await suite.Http.RegisterAsync("heart", Heart.Variant("two")).JsonAsync(201);
        using var first = await suite.Http.PromoteAsync("heart", "1", seen: null);
        await suite.Http.InferAsync("heart").JsonAsync();
        await using var load = PredictLoad.Start(suite.Http, "heart", workers: 4);
        await Eventually.TrueAsync(() => load.Answered > 50, "the first version answers");

        await suite.Http.PromoteAsync("heart", "2", first.Headers.ETag).JsonAsync();
        await Eventually.TrueAsync(() => load.Versions.All(w => w.Last() == "2"), "the second version answers every client");
        await load.StopAsync();

        Assert.Empty(load.Failures);
        Assert.All(load.Versions, worker =>
        {
            Assert.Equal(["1", "2"], worker.Distinct());
            Assert.Equal(worker.Order(StringComparer.Ordinal), worker);
        });
    }

    [Fact]
    public async Task Alias_moved_at_one_host_is_seen_by_the_other_within_the_refresh_interval()
    {
        await using var suite = await RunningSuite.StartAsync();
        await suite.Http.RegisterAsync("heart", Heart.Model).JsonAsync(201);
        await suite.Http.RegisterAsync("heart", Heart.Variant("two")).JsonAsync(201);
        using var first = await suite.Http.PromoteAsync("heart", "1", seen: null);
        using var other = await suite.StartHostAsync();
        Assert.Equal("1", await AnsweringAsync(other));

        await suite.Http.PromoteAsync("heart", "2", first.Headers.ETag).JsonAsync();
        long moved = TimeProvider.System.GetTimestamp();

        await Eventually.TrueAsync(async () => await AnsweringAsync(suite.Http) == "2", "the host where it was moved follows");
        await Eventually.TrueAsync(async () => await AnsweringAsync(other) == "2", "the other host follows");
        // 2 s until the next look at the alias, the rest for reading it and loading the version on a busy machine.
        Assert.InRange(TimeProvider.System.GetElapsedTime(moved), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private static async Task<string> AnsweringAsync(HttpClient http) => (string)(await http.InferAsync("heart").JsonAsync())["model_version"]!;
}
