using System.Text.Json;
using Tidemark.Feedback.Labels;
using Tidemark.Feedback.Metrics;
using Tidemark.Feedback.Quality;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Registry;
using Xunit;
using static Tidemark.Tests.Feedback.FeedbackProcess;

namespace Tidemark.Tests.Feedback;

/// <summary>The timer's work on real storage in fake time: six-hour windows, a hundred predictions each.</summary>
public sealed class QualityCheckTests(AzuriteFixture azurite)
{
    private const int Rows = 120;
    private const string Policy = """{"quality":{"windowHours":6,"minLabels":50,"referenceRows":150,"segments":["input.site"]}}""";

    private static readonly DateTimeOffset Day = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Windows_are_counted_once_in_order_and_missed_ones_are_caught_up_with()
    {
        var clock = new FakeClock(Day.AddHours(6));
        await using FeedbackProcess process = await StartAsync(azurite, clock);
        ModelName model = await WatchedAsync(process);
        await SeedAsync(process, model, windows: 4);

        Assert.Empty(await RunAsync(process, model)); // the first window has only just ended
        clock.Advance(QualityChecks.Grace);
        Assert.Equal([Day], (await RunAsync(process, model)).Select(window => window.Start));
        Assert.Empty(await RunAsync(process, model));
        clock.Advance(TimeSpan.FromHours(18));
        Assert.Equal([Day.AddHours(6), Day.AddHours(12), Day.AddHours(18)], (await RunAsync(process, model)).Select(window => window.Start));

        Assert.Equal(4, (await process.Windows.ListAsync(model, Stop)).Count);
    }

    [Fact]
    public async Task Realised_metrics_have_versions_segments_intervals_and_estimates_beside_them()
    {
        var clock = new FakeClock(Day.AddDays(2));
        await using FeedbackProcess process = await StartAsync(azurite, clock);
        ModelName model = await WatchedAsync(process);
        await SeedAsync(process, model, windows: 4);

        WindowQuality window = (await RunAsync(process, model))[3];

        Assert.Equal((Rows, Rows), (window.Rows, window.Labelled));
        VersionQuality version = Assert.Single(window.Versions);
        MetricValue accuracy = version.Realized!.Metrics[MetricNames.Accuracy];
        Assert.True(accuracy is { Low: > 0.7, Value: > 0.85, Interval: "wilson" }, $"{accuracy}");
        Assert.Equal(["north", "south"], window.Segments["input.site"].Select(group => group.Group));
        Assert.Equal(Rows, window.Segments["input.site"].Sum(group => group.N));
        Assert.InRange(version.Estimates[MetricNames.Accuracy].Estimate!.Value, 0.8, 1);
        Assert.False(version.Gaps[MetricNames.Accuracy].IsAlarming);
    }

    [Fact]
    public async Task A_broken_rule_alerts_and_asks_once_for_training_however_many_windows_it_lasts()
    {
        var clock = new FakeClock(Day.AddHours(37));
        await using FeedbackProcess process = await StartAsync(azurite, clock);
        ModelName model = await WatchedAsync(process);
        await SeedAsync(process, model, windows: 6, wrongFrom: 3);

        IReadOnlyList<WindowQuality> windows = await RunAsync(process, model);
        await RunAsync(process, model);

        Assert.DoesNotContain(windows.Take(3), window => window.Findings.Count > 0);
        Assert.All(windows.Skip(3), window => Assert.Contains(window.Findings, f => f is { Kind: QualityFinding.Rule, Subject: MetricNames.Accuracy, Retrain: true } && f.Since == windows[3].Start));
        Assert.All(windows.Skip(3), window => Assert.Contains(window.Findings, f => f is { Kind: QualityFinding.Gap }));
        Assert.Contains(windows.Skip(3), window => window.Findings.Any(f => f.Kind == QualityFinding.Drift));
        var requests = process.Sent(StorageNames.Queues.RetrainingRequests, model).Where(r => (string?)r["evidence"]!["metric"] == MetricNames.Accuracy);
        Assert.Single(requests.Select(r => (string?)r["id"]).Distinct());
        var alerts = process.Sent(StorageNames.Queues.Alerts, model).Where(a => (string?)a["kind"] == QualityFinding.Rule && ((string)a["subject"]!).EndsWith(MetricNames.Accuracy, StringComparison.Ordinal)).ToList();
        Assert.Equal(3, alerts.Select(a => (string?)a["window"]).Distinct().Count());
        Assert.All(alerts, alert => Assert.Equal("critical", (string?)alert["severity"]));
    }

    [Fact]
    public async Task Late_and_corrected_labels_reopen_their_window_and_what_follows_is_as_if_they_had_been_in_time()
    {
        var clock = new FakeClock(Day.AddDays(1).AddHours(1));
        await using FeedbackProcess process = await StartAsync(azurite, clock), straight = await StartAsync(azurite, clock);
        (ModelName late, ModelName timely) = (await WatchedAsync(process, await LabelTests.ServedAsync(process)), await WatchedAsync(process, await LabelTests.ServedAsync(process)));
        var truth = await SeedAsync(process, late, windows: 4, wrongFrom: 1, label: false);
        await RunAsync(process, late);
        await SeedAsync(straight, timely, windows: 4, wrongFrom: 1);

        await SubmitAsync(process, late, truth.Select(t => (t.Id, 1 - t.Label)));
        await RunAsync(process, late);
        clock.Advance(TimeSpan.FromSeconds(1));
        await SubmitAsync(process, late, truth);
        IReadOnlyList<WindowQuality> again = await RunAsync(process, late);
        await RunAsync(straight, timely);

        Assert.Equal(4, again.Count);
        foreach (WindowQuality window in again)
        {
            WindowQuality expected = (await straight.WindowAsync(timely, window.Start, 6))!;
            Assert.Equal(Rows, window.Labelled);
            Assert.Equal(Json(expected.Versions.Select(v => v.Realized)), Json(window.Versions.Select(v => v.Realized)));
            Assert.Equal(Json(expected.Detectors), Json(window.Detectors));
        }

        Assert.Empty(await RunAsync(process, late));
    }

    [Fact]
    public async Task Labels_by_the_callers_own_key_find_their_predictions_before_and_after_they_are_counted()
    {
        var clock = new FakeClock(Day.AddHours(7));
        await using FeedbackProcess process = await StartAsync(azurite, clock);
        ModelName model = await WatchedAsync(process);
        await process.LogAsync(model, Day, [.. Enumerable.Range(0, Rows).Select(i => (i % 2 == 0 ? 0.9 : 0.1, "north", (string?)$"order {i}"))]);

        await LabelKeysAsync(process, model, "early", Enumerable.Range(0, 60));
        long early = Assert.Single(await RunAsync(process, model)).Labelled;
        await LabelKeysAsync(process, model, "late", Enumerable.Range(60, 40));
        long late = Assert.Single(await RunAsync(process, model)).Labelled;

        Assert.Equal((60, 100), (early, late));
    }

    [Fact]
    public async Task Two_hosts_that_check_at_once_leave_one_result_and_alerts_of_the_same_ids()
    {
        var clock = new FakeClock(Day.AddDays(1).AddHours(1));
        await using FeedbackProcess one = await StartAsync(azurite, clock), two = await StartAsync(azurite, clock);
        ModelName model = await WatchedAsync(one);
        await SeedAsync(one, model, windows: 4, wrongFrom: 2);

        await Task.WhenAll(RunAsync(one, model), RunAsync(two, model));

        Assert.Equal(4, (await one.Windows.ListAsync(model, Stop)).Count);
        var (first, second) = (Ids(one, model), Ids(two, model));
        Assert.True(first.IsSubsetOf(second) || second.IsSubsetOf(first), "both told different things");
    }

    [Fact]
    public async Task Survives_kill_at_every_request_of_a_check_and_ends_where_an_undisturbed_check_ends()
    {
        var clock = new FakeClock(Day.AddHours(13));
        await using FeedbackProcess next = await StartAsync(azurite, clock);
        ModelName undisturbed = await WatchedAsync(next);
        await SeedAsync(next, undisturbed, windows: 2, wrongFrom: 1);
        await RunAsync(next, undisturbed);
        string expected = await StateAsync(next, undisturbed);
        for (int n = 1; n <= 200; n += 3)
        {
            await using FeedbackProcess dies = await StartAsync(azurite, clock, StorageFaults.At(n, n % 2 == 0 ? Fault.KilledAfter : Fault.KilledBefore));
            ModelName model = await WatchedAsync(next);
            await SeedAsync(next, model, windows: 2, wrongFrom: 1);

            bool finished = await RegistryProcess.KilledOr(async () => await RunAsync(dies, model) is not null, killed: false);
            await RunAsync(next, model);

            Assert.Equal(expected, await StateAsync(next, model));
            HashSet<string> told = [.. Ids(dies, model), .. Ids(next, model)];
            foreach (WindowQuality window in await WindowsAsync(next, model))
                Assert.All(window.Findings, finding => Assert.Contains(Findings.Alert(model, window, finding).Id, told));
            if (finished)
                return;
        }

        Assert.Fail("The check never came to its end.");
    }

    [Theory]
    [InlineData("""{"windowHours":5}""", "quality.windowHours")]
    [InlineData("""{"rules":[{"metric":"recall"}]}""", "quality.rules")]
    [InlineData("""{"detectors":[{"detector":"magic"}]}""", "detector")]
    [InlineData("""{"estimates":["mse"]}""", "quality.estimates")]
    [InlineData("""{"window":1}""", "quality")]
    public void Policies_that_nobody_could_follow_are_refused(string section, string field)
    {
        var parsed = QualityPolicy.Parse(JsonDocument.Parse(section).RootElement);

        Assert.StartsWith(field, Assert.Single(parsed.Failure!.Errors).Field, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_policy_does_not_say_is_as_by_default()
    {
        QualityPolicy policy = QualityPolicy.Parse(JsonDocument.Parse("""{"minLabels":7}""").RootElement).Value!;

        Assert.Equal((7, 24, 3, 0.05), (policy.MinLabels, policy.WindowHours, policy.Rules.Count, policy.MinGap));
    }

    private static async Task<ModelName> WatchedAsync(FeedbackProcess process, ModelName? known = null)
    {
        ModelName model = known ?? RegistryProcess.NewModel();
        await process.MonitorAsync(model, Policy);
        return model;
    }

    /// <summary>Logs windows of predictions that are right nine times in ten, from one window on only half of the time. Returns the truth.</summary>
    private static async Task<List<(PredictionId Id, int Label)>> SeedAsync(FeedbackProcess process, ModelName model, int windows, int wrongFrom = int.MaxValue, bool label = true)
    {
        var random = new Random(20261121);
        var truth = new List<(PredictionId, int)>();
        for (int window = 0; window < windows; window++)
        {
            double[] scores = [.. Enumerable.Range(0, Rows).Select(_ => random.NextDouble() < 0.5 ? 0.9 + (0.1 * random.NextDouble()) : 0.1 * random.NextDouble())];
            PredictionId[] ids = await process.LogAsync(model, Day.AddHours(6 * window), [.. scores.Select((score, i) => (score, i % 3 == 0 ? "south" : "north", (string?)null))], file: "seed");
            truth.AddRange(ids.Zip(scores, (id, score) => (id, random.NextDouble() < (window >= wrongFrom ? 0.5 : score) ? 1 : 0)));
        }

        if (label)
            await process.LabelAsync(model, "all", truth);
        return truth;
    }

    private static async Task SubmitAsync(FeedbackProcess process, ModelName model, IEnumerable<(PredictionId Id, int Label)> labels)
    {
        var request = new FeedbackRequest(model, [.. labels.Select(label => new Label(label.Id, null, $"{label.Label}"))], Blob: null);
        var accepted = await process.Submissions.AcceptAsync(request, idempotencyKey: null, Stop);
        Assert.True(accepted.Ok, accepted.Failure?.Detail);
        await process.Intake.TakeAsync(accepted.Value.Id, Stop);
    }

    private static async Task LabelKeysAsync(FeedbackProcess process, ModelName model, string file, IEnumerable<int> orders)
    {
        string csv = "key,label\n" + string.Concat(orders.Select(i => $"order {i},{(i % 2 == 0 ? 1 : 0)}\n"));
        await process.Blobs.GetBlobContainerClient(StorageNames.Containers.Feedback).GetBlobClient($"{model}/{file}.csv").UploadAsync(BinaryData.FromString(csv), Stop);
        await process.Intake.TakeAsync(Dropped($"{model}/{file}.csv"), Stop);
    }

    private static async Task<IReadOnlyList<WindowQuality>> RunAsync(FeedbackProcess process, ModelName model)
    {
        var counted = await process.Checks.RunAsync(model, Stop);
        Assert.True(counted.Ok, counted.Failure?.Detail);
        return counted.Value;
    }

    private static async Task<List<WindowQuality>> WindowsAsync(FeedbackProcess process, ModelName model)
    {
        var windows = new List<WindowQuality>();
        foreach (WindowSpan span in await process.Windows.ListAsync(model, Stop))
            windows.Add((await process.Windows.ReadAsync(model, span, Stop)).Window!);
        return windows;
    }

    private static async Task<string> StateAsync(FeedbackProcess process, ModelName model) => Json(await WindowsAsync(process, model)) + (await process.Labels.ChangedAsync(model, Stop)).Count;

    private static HashSet<string> Ids(FeedbackProcess process, ModelName model) => [.. process.Sent(StorageNames.Queues.Alerts, model).Select(alert => (string)alert["id"]!)];

    private static string Json<T>(T value) => JsonSerializer.Serialize(value);
}
