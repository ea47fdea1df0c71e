using Tidemark.Drift.Checks;
using Tidemark.Drift.Profiles;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Registry;
using Xunit;

namespace Tidemark.Tests.Drift.Checks;

[Collection(DriftStorageTests.Name)]
public sealed class DriftCheckTests(DriftStorage storage)
{
    private static readonly DateTimeOffset Noon = DriftProcess.Noon;

    private readonly ModelName model = DriftProcess.NewModel();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_first_rows_become_the_reference_and_a_shift_that_persists_alerts_once_and_asks_for_a_new_model_once()
    {
        await using var host = await StartAsync();
        await host.SetAsync(model, """{"drift":{"retraining":{"windows":3,"coolDownHours":48,"columns":["age"]}}}""");
        List<VersionCheck> checks = [];
        for (int i = 0; i < 12; i++)
        {
            await host.LogAsync(model, Noon.AddHours(i), rows: 600, shift: i < 5 ? 0 : 15);
            host.Clock.AdvanceTo(Noon.AddHours(i + 1).AddMinutes(10));
            checks.Add(Assert.Single((await host.CheckAsync(model, Noon.AddHours(i))).Versions));
        }

        Assert.Contains("600 of the first 1000 rows", checks[0].Note, StringComparison.Ordinal);
        Assert.Contains("made of the first 1200 rows", checks[1].Note, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Repeat(false, 5).Concat(Enumerable.Repeat(true, 7)), checks.Select(c => c.Features?.Find("age")?.Drifted ?? false));
        Assert.All(checks, c => Assert.False(c.Features?.Find("sex")?.Drifted ?? false));
        Assert.All(checks, c => Assert.DoesNotContain(c.Predictions?.Columns ?? [], p => p.Drifted));
        Assert.Equal(["output.score", "output.confidence"], checks[^1].Predictions!.Columns.Select(c => c.Column));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], checks.Skip(5).Select(c => c.Features!.Find("age")!.Streak));
        Assert.Equal(Noon.AddHours(5), checks[^1].Since["age"]);

        var alerts = await host.AlertsAsync(model);
        Assert.Single(alerts.Select(a => a.Id).Distinct()); // told again each hour under the same id, so that none is lost
        Assert.Equal(("drift", "2026-11-20 17:00:00Z"), (alerts[0].Kind, alerts[0].Window));
        var request = Assert.Single(await host.RequestsAsync(model));
        Assert.Equal("2026-11-20 17:00:00Z", request.Evidence["since"]);
        Assert.Contains("age", request.Evidence.Keys);
    }

    [Fact]
    public async Task A_check_is_run_by_one_host_however_many_ask()
    {
        await using var host = await StartAsync();
        await host.LogAsync(model, Noon, rows: 2000);
        var hosts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => StartAsync()));
        var reports = await Task.WhenAll(hosts.Select(h => Task.Run(() => h.Checks.RunAsync(model, Noon, again: false, Stop))));

        Assert.Contains(reports, r => r.Ok);
        Assert.All(reports, r => Assert.True(r.Ok || r.Failure.Kind == FailureKind.Conflict, r.Failure?.Detail));
        var owners = new HashSet<string>();
        await foreach (RunRow row in host.Table.RunsAsync(model, Noon, Stop))
        {
            Assert.NotNull(row.Done);
            owners.Add(row.Owner);
        }

        Assert.Single(owners);
        foreach (var other in hosts) await other.DisposeAsync();
    }

    [Fact]
    public async Task Hours_missed_while_no_host_was_up_are_caught_up_with_in_order()
    {
        await using var host = await StartAsync();
        Assert.Equal([Noon], await host.Checks.DueAsync(model, Stop));
        await host.CheckAsync(model, Noon);
        Assert.Empty(await host.Checks.DueAsync(model, Stop));

        host.Clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal(Enumerable.Range(1, 5).Select(i => Noon.AddHours(i)), await host.Checks.DueAsync(model, Stop));
        await host.CheckAsync(model, Noon.AddHours(5));
        Assert.Equal(Enumerable.Range(1, 4).Select(i => Noon.AddHours(i)), await host.Checks.DueAsync(model, Stop));
        host.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(host.Checks.LastHour(), Assert.Single(await host.Checks.DueAsync(model, Stop)));
    }

    [Fact]
    public async Task An_hour_is_due_only_when_its_grace_is_over()
    {
        var clock = new FakeClock(Noon.AddHours(1).AddMinutes(4));
        await using var host = await DriftProcess.StartAsync(storage.ConnectionString, clock);
        Assert.Equal(Noon.AddHours(-1), host.Checks.LastHour());
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Noon, host.Checks.LastHour());
    }

    [Fact]
    public async Task A_check_by_hand_can_be_repeated_after_a_new_reference()
    {
        await using var host = await StartAsync();
        await host.LogAsync(model, Noon, rows: 500);
        Assert.Null((await host.CheckAsync(model, Noon)).Versions[0].Features);
        Assert.Null((await host.CheckAsync(model, Noon)).Versions[0].Features);
        await host.SetAsync(model, """{"drift":{"referenceRows":500}}""");
        Assert.NotNull((await host.CheckAsync(model, Noon, again: true)).Versions[0].Features);
    }

    [Fact]
    public async Task Two_versions_in_an_hour_are_checked_apart_and_an_hour_without_rows_ends_no_streak()
    {
        await using var host = await StartAsync();
        await host.SetAsync(model, """{"drift":{"referenceRows":500}}""");
        await host.LogAsync(model, Noon, rows: 500);
        await host.LogAsync(model, Noon, rows: 700, version: "2");
        Assert.Equal([("1", 500L), ("2", 700L)], (await host.CheckAsync(model, Noon)).Versions.Select(v => (v.Version, v.Rows)));
        await host.LogAsync(model, Noon.AddHours(1), rows: 600, shift: 20);
        await host.LogAsync(model, Noon.AddHours(3), rows: 600, shift: 20);
        host.Clock.Advance(TimeSpan.FromHours(3));
        await host.CheckAsync(model, Noon.AddHours(1));
        Assert.Empty((await host.CheckAsync(model, Noon.AddHours(2))).Versions);
        Assert.Equal(2, (await host.CheckAsync(model, Noon.AddHours(3))).Versions[0].Features!.Find("age")!.Streak);

        var series = (await host.History.SeriesAsync(new(model, null, Noon, Noon.AddHours(4), Merged: false), Stop)).Value!;
        Assert.Equal([(Noon, "1"), (Noon, "2"), (Noon.AddHours(1), "1"), (Noon.AddHours(3), "1")], series.Windows.Select(w => (w.Hour, w.Version)));
        Assert.Equal([false, true, true], series.Windows.Where(w => w.Version == "1").Select(w => w.Columns.Single(c => c.Column == "age").Drifted));
        var merged = (await host.History.MergedAsync(new(model, ModelVersion.Parse("1").Value, Noon.AddHours(1), Noon.AddHours(4), Merged: true), Stop)).Value!;
        Assert.Equal((1200L, true), (merged.Rows, merged.Features!.Find("age")!.Drifted));
    }

    [Fact]
    public async Task Rows_that_come_late_are_checked_within_a_day_and_what_people_know_is_not_told_again()
    {
        await using var host = await StartAsync();
        await host.SetAsync(model, """{"drift":{"referenceRows":500}}""");
        async Task LogAsync(int hour, int rows, double shift, string version = "1") => await host.LogAsync(model, Noon.AddHours(hour), rows, shift, version);
        async Task<List<string>> RunAsync(double hour)
        {
            host.Clock.AdvanceTo(Noon.AddHours(hour));
            await host.Checks.RunModelAsync(model, Stop);
            return [.. (await host.AlertsAsync(model)).Select(a => $"{a.Subject} {a.Window}").Distinct()];
        }

        await LogAsync(0, 600, 0);
        await LogAsync(1, 600, 15);
        await LogAsync(2, 40, 15); // too few for a verdict
        await LogAsync(3, 600, 15);
        await LogAsync(4, 600, 15);
        await host.CheckAsync(model, Noon);
        Assert.Equal(["1/* 2026-11-20 15:00:00Z"], await RunAsync(5.2));
        Assert.Equal([], await RunAsync(5.3)); // nothing new, nothing due

        await host.LogAsync(model, Noon.AddHours(2), rows: 500, shift: 15, file: 2);
        Assert.Equal(["1/* 2026-11-20 15:00:00Z"], await RunAsync(6.2)); // the same alarm by its id, though it has begun earlier than was known
        List<VersionCheck> checks = [];
        for (int hour = 1; hour < 5; hour++)
            checks.Add(Assert.Single((await host.CheckAsync(model, Noon.AddHours(hour))).Versions));
        Assert.Equal([600L, 540, 600, 600], checks.Select(c => c.Rows));
        Assert.Equal([1, 2, 3, 4], checks.Select(c => c.Features!.Find("age")!.Streak));
        Assert.All(checks.Skip(1), c => Assert.Equal((Noon.AddHours(1), Noon.AddHours(3)), (c.Since["*"], c.ToldAs("*") ?? default)));
        Assert.Equal([], await RunAsync(6.3));

        await host.LogAsync(model, Noon.AddHours(3), rows: 500, shift: 15, file: 2);
        host.Clock.AdvanceTo(Noon.AddHours(30));
        Assert.Equal(600, (await host.CheckAsync(model, Noon.AddHours(3))).Versions[0].Rows);
        Assert.Equal([], await RunAsync(30.2)); // more than a day later it is no longer looked at
    }

    [Fact]
    public async Task A_week_s_same_hour_is_the_reference_when_the_settings_say_so()
    {
        await using var host = await StartAsync();
        await host.SetAsync(model, """{"drift":{"referenceRows":500,"policy":{"season":"hourOfWeek"}}}""");
        foreach (int days in (int[])[-14, -7])
        {
            await host.LogAsync(model, Noon.AddDays(days), rows: 600, shift: 20);
            await host.CheckAsync(model, Noon.AddDays(days));
        }

        await host.LogAsync(model, Noon.AddDays(-1), rows: 600);
        Assert.True((await host.CheckAsync(model, Noon.AddDays(-1))).Versions[0].Features!.Find("age")!.Drifted); // no Thursday yet: compared with the reference
        await host.LogAsync(model, Noon, rows: 600, shift: 20);
        var check = Assert.Single((await host.CheckAsync(model, Noon)).Versions);
        Assert.Equal(("2 windows of the same season", false), (check.Reference, check.Features!.Find("age")!.Drifted));
    }

    [Fact]
    public async Task NannyML_s_thresholds_come_from_parts_of_the_reference_sent_or_logged()
    {
        await using var host = await StartAsync();
        await host.SetAsync(model, """{"drift":{"policy":{"selection":"nannyml"}}}""");
        var csv = new System.Text.StringBuilder("sex\n");
        for (int i = 0; i < 1000; i++)
            csv.Append(i < 650 ? "m\n" : "f\n"); // in parts that differ much, as rows in order are
        var version = new VersionReference(model, ModelVersion.Parse("1").Value);
        var sent = await host.Get<ReferenceData>().ReadAsync(version, "upload", new MemoryStream(System.Text.Encoding.UTF8.GetBytes(csv.ToString())), DataFormat.Csv, Stop);
        await host.Profiles.WriteReferenceAsync(version, sent.Value!, tag: null, Stop);
        await host.LogAsync(model, Noon.AddHours(-1), rows: 1200);
        await host.CheckAsync(model, Noon.AddHours(-1)); // the answers' reference comes from the log
        await host.LogAsync(model, Noon.AddHours(-1), rows: 1200, version: "2");
        await host.CheckAsync(model, Noon.AddHours(-1), again: true); // and all of the second version's
        await host.LogAsync(model, Noon, rows: 120, shift: 15);
        await host.LogAsync(model, Noon, rows: 120, shift: 15, version: "2");

        var checks = (await host.CheckAsync(model, Noon)).Versions;

        ColumnVerdict ordered = checks[0].Features!.Find("sex")!, shuffled = checks[1].Features!.Find("sex")!, age = checks[1].Features!.Find("age")!;
        Assert.InRange(ordered.Threshold!.Value, 0.5, 1.5);
        Assert.InRange(shuffled.Threshold!.Value, 0.02, 0.2);
        Assert.InRange(age.Threshold!.Value, 0.05, 0.4);
        Assert.NotEqual(0.1, checks[0].Predictions!.Find("output.score")!.Threshold);
        Assert.Equal((false, false, true), (ordered.Drifted, shuffled.Drifted, age.Drifted));
    }

    [Theory]
    [InlineData("weekday", -7 * 24 - 3)]
    [InlineData("month", -365 * 24)]
    public async Task The_settings_name_the_season_whose_windows_are_the_reference(string season, int hours)
    {
        await using var host = await StartAsync();
        await host.SetAsync(model, """{"drift":{"referenceRows":500,"policy":{"season":"SEASON"}}}""".Replace("SEASON", season, StringComparison.Ordinal));
        await host.LogAsync(model, Noon.AddHours(hours - 26), rows: 600, shift: 40); // the day before; in November too
        await host.CheckAsync(model, Noon.AddHours(hours - 26));
        await host.LogAsync(model, Noon.AddHours(hours), rows: 600, shift: 20);
        await host.CheckAsync(model, Noon.AddHours(hours));
        await host.LogAsync(model, Noon, rows: 600, shift: 20);

        var check = Assert.Single((await host.CheckAsync(model, Noon)).Versions);

        Assert.Equal(season == "month" ? "2 windows of the same season" : "1 windows of the same season", check.Reference);
        Assert.Equal(season == "month", check.Features!.Find("age")!.Drifted);
    }

    private Task<DriftProcess> StartAsync() => DriftProcess.StartAsync(storage.ConnectionString);
}
