using System.Text.Json;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tidemark.Feedback;
using Tidemark.Feedback.Metrics;
using Tidemark.Feedback.Quality;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Monitoring;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Reports;
using Tidemark.Tests.Drift.Checks;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Registry;
using Xunit;

namespace Tidemark.Tests.Reports;

/// <summary>Reports made of what the checks stored: each day once, missed ones too.</summary>
[Collection(DriftStorageTests.Name)]
public sealed class ReportRunTests(DriftStorage storage)
{
    private static readonly DateTimeOffset Day = new(2026, 11, 18, 0, 0, 0, TimeSpan.Zero);

    private readonly ModelName model = DriftProcess.NewModel();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_drifting_day_says_which_columns_which_test_how_many_rows_and_why()
    {
        await using var host = await StartAsync(Day.AddDays(2).AddHours(1));
        await LogDaysAsync(host, days: 2, shiftOfLast: 15);

        ModelReport report = (await Runs(host).MakeAsync(ReportId.OfDay(model, Day.AddDays(1)), Stop)).Value!;

        Assert.Equal((ReportLevel.Alarm, "1 of 2 inputs drifts: age."), (report.Verdict.Level, report.Verdict.Headline));
        ColumnReport age = report.Drift.Inputs!.Columns[0];
        Assert.Equal(("age", "wasserstein", 0.1, true, true, 3), (age.Column, age.Test, age.Threshold, age.Drifted, age.Alarm, age.DriftedHours));
        Assert.Equal((1200L, 1800L, 1800L), (age.ReferenceCount, age.CurrentCount, report.Rows["1"]));
        Assert.Contains("reaches 0.1", age.Reason, StringComparison.Ordinal);
        Assert.All(report.Drift.Columns(), c => Assert.Equal((1.0, 1.0), (Math.Round(c.Distribution.Bars.Sum(b => b.Reference), 6), Math.Round(c.Distribution.Bars.Sum(b => b.Current), 6))));
        Assert.InRange(Mean(age.Distribution, b => b.Current) - Mean(age.Distribution, b => b.Reference), 13, 17);
        Assert.Equal(["f", "m"], report.Drift.Inputs.Columns[1].Distribution.Bars.Select(b => b.Label).Order());
        Assert.Equal(6, report.Drift.History.Count);
    }

    [Fact]
    public async Task Quality_of_the_time_stands_beside_what_it_was_in_training()
    {
        await using var host = await StartAsync(Day.AddDays(1).AddHours(1));
        await LogDaysAsync(host, days: 1, shiftOfLast: 0);
        var report = BinaryQuality.Evaluate([1, 1, 0, 0, 1], [1, 0, 0, 0, 1], [0.9, 0.4, 0.2, 0.1, 0.7], ["0", "1"], EvaluationOptions.Default);
        var answer = EvaluationAnswer.Of(QualityTask.Binary, 0.95, report, null);
        await new WindowStore(host.Get<BlobServiceClient>()).TryWriteAsync(
            model,
            new WindowQuality
            {
                Start = Day,
                Hours = 24,
                Computed = Day.AddDays(1),
                Rows = 1800,
                Labelled = 5,
                Versions = [new("1", 5, answer, new Dictionary<string, Tidemark.Feedback.Estimation.MetricEstimate>(), new Dictionary<string, QualityGap>())],
                Findings = [new(QualityFinding.Rule, "1", "recall", AlertSeverity.Critical, "Recall is 0.67, below 0.85.", "of 5 labels", Day, true)],
            },
            null, Stop);

        ModelReport made = (await Runs(host).MakeAsync(ReportId.OfDay(model, Day), Stop)).Value!;

        Assert.Equal((ReportLevel.Alarm, "Recall is 0.67, below 0.85."), (made.Verdict.Level, made.Verdict.Headline));
        Assert.Equal(2.0 / 3, made.Quality.Metrics.Single(m => m.Metric == "recall").Value);
        Assert.Equal((1800L, 5L), (made.Quality.Rows, made.Quality.Labelled));
        Assert.Equal([[2L, 0L], [1L, 2L]], made.Quality.Confusion!.Matrix);
        Assert.NotEmpty(made.Quality.Calibration);
        Assert.All(made.Quality.History, p => Assert.Equal(Day, p.Start));
    }

    [Fact]
    public async Task Each_day_has_its_report_once_and_missed_days_are_caught_up_with()
    {
        await using var host = await StartAsync(Day.AddDays(3).AddHours(7));
        await LogDaysAsync(host, days: 3, shiftOfLast: 0);
        await using var other = await StartAsync(Day.AddDays(3).AddHours(7));

        await Task.WhenAll(Runs(host).RunDueAsync(Stop), Runs(other).RunDueAsync(Stop));
        IReadOnlyList<ReportSummary> made = await Store(host).ListAsync(model, Stop);
        Assert.Equal(["2026111800.2026111900", "2026111900.2026112000", "2026112000.2026112100"], made.Select(r => r.Id[(model.ToString().Length + 1)..]));
        host.Clock.Advance(TimeSpan.FromHours(1));
        await Runs(host).RunDueAsync(Stop);

        Assert.Equal(made, await Store(host).ListAsync(model, Stop));
        Assert.All(made, r => Assert.NotEqual("", r.Headline));
    }

    [Fact]
    public async Task A_day_waits_for_its_last_check_for_six_hours()
    {
        await using var host = await StartAsync(Day.AddDays(1).AddMinutes(40));
        await LogDaysAsync(host, days: 1, shiftOfLast: 0);

        await Runs(host).RunDueAsync(Stop);
        Assert.Empty(await Store(host).ListAsync(model, Stop));
        await host.CheckAsync(model, Day.AddHours(23));
        await Runs(host).RunDueAsync(Stop);
        Assert.Single(await Store(host).ListAsync(model, Stop));

        host.Clock.AdvanceTo(Day.AddDays(2).AddHours(5.9));
        await Runs(host).RunDueAsync(Stop);
        Assert.Single(await Store(host).ListAsync(model, Stop));
        host.Clock.AdvanceTo(Day.AddDays(2).AddHours(6.1));
        await Runs(host).RunDueAsync(Stop);
        Assert.Equal(2, (await Store(host).ListAsync(model, Stop)).Count); // nothing was logged: the silence is reported
    }

    [Fact]
    public async Task Survives_kill_at_every_step_and_both_forms_are_there()
    {
        await using (var host = await StartAsync(Day.AddDays(1).AddHours(1)))
            await LogDaysAsync(host, days: 1, shiftOfLast: 0);
        ReportId id = ReportId.OfDay(model, Day);
        bool reached = true;
        for (int step = 1; reached; step++)
        {
            var faults = StorageFaults.At(step, Fault.KilledAfter);
            await using (var killed = await DriftProcess.StartAsync(storage.ConnectionString, new FakeClock(Day.AddDays(1).AddHours(1)), faults))
                await RegistryProcess.KilledOr(async () => (await Runs(killed).MakeAsync(id, Stop)).Ok, killed: false);
            await using var host = await StartAsync(Day.AddDays(1).AddHours(1));
            await Runs(host).MakeAsync(id, Stop);

            ModelReport stored = JsonSerializer.Deserialize((await Store(host).ReadAsync(id, "json", Stop))!, ReportJson.Default.ModelReport)!;
            Assert.Contains(stored.Id, (await Store(host).ReadAsync(id, "html", Stop))!.ToString(), StringComparison.Ordinal);
            Assert.Single(await Store(host).ListAsync(model, Stop));
            reached = faults.Requests >= step;
        }
    }

    [Fact]
    public async Task A_model_that_nobody_knows_has_no_report()
    {
        await using var host = await StartAsync(Day);
        var report = await Runs(host).MakeAsync(ReportId.OfDay(model, Day.AddDays(-1)), Stop);
        Assert.Equal(Tidemark.Platform.Errors.FailureKind.NotFound, report.Failure!.Kind);
    }

    internal static ReportRuns Runs(DriftProcess host)
    {
        var drift = new DriftReader(host.Table, host.Profiles, host.Get<MonitoringStore>());
        var builder = new ReportBuilder(drift, new QualityReader(new WindowStore(host.Get<BlobServiceClient>())), host.Get<ModelDirectory>(), host.Clock);
        return new(builder, Store(host), drift, host.Get<ModelDirectory>(), Options.Create(new ReportOptions()), host.Clock, NullLogger<ReportRuns>.Instance);
    }

    internal static ReportStore Store(DriftProcess host) => new(host.Get<BlobServiceClient>());

    private async Task<DriftProcess> StartAsync(DateTimeOffset now)
    {
        DriftProcess host = await DriftProcess.StartAsync(storage.ConnectionString, new FakeClock(now));
        await host.Get<BlobServiceClient>().GetBlobContainerClient(StorageNames.Containers.Reports).CreateIfNotExistsAsync(cancellationToken: Stop);
        return host;
    }

    /// <summary>Three hours of a day, logged and checked; the first two of all are the reference.</summary>
    private async Task LogDaysAsync(DriftProcess host, int days, double shiftOfLast)
    {
        // Daily reports are made of models that the registry lists.
        await host.Get<RegistryTable>().ListModelAsync(model, Stop);
        for (int hour = 0; hour < 3 * days; hour++)
        {
            DateTimeOffset time = Day.AddDays(hour / 3).AddHours(8 + (hour % 3));
            await host.LogAsync(model, time, rows: 600, shift: hour / 3 == days - 1 ? shiftOfLast : 0);
            await host.CheckAsync(model, time);
        }
    }

    private static double Mean(Distribution distribution, Func<DistributionBar, double> share) => distribution.Bars.Sum(b => share(b) * (b.From!.Value + b.To!.Value) / 2);
}
