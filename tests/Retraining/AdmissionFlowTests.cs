using Tidemark.Registry;
using Tidemark.Retraining.Admitting;
using Tidemark.Retraining.Records;
using Xunit;
using static Tidemark.Tests.Registry.RegistryProcess;

namespace Tidemark.Tests.Retraining;

/// <summary>What becomes of the requests of the checks, on real storage in fake time.</summary>
public sealed class AdmissionFlowTests(AzuriteFixture azurite)
{
    private readonly FakeClock clock = new();

    [Fact]
    public async Task A_rule_that_stays_broken_asks_again_after_the_cool_down_and_a_message_that_comes_twice_does_not()
    {
        await using RetrainingProcess process = await RetrainingProcess.StartAsync(azurite, clock);
        ModelName model = await process.ModelAsync();

        RetrainingRow first = (await process.Admission.AdmitOrNoteAsync(Wish(model, "accuracy"), Stop))!;
        RetrainingRow twice = (await process.Admission.AdmitOrNoteAsync(Wish(model, "accuracy"), Stop))!;
        RetrainingWish old = Wish(model, "accuracy");
        clock.Advance(TimeSpan.FromHours(1));
        await process.Records.ChangeAsync(RetrainingId.Parse(first.RowKey).Value, row => row.End(RetrainingState.Refused, "no better", clock.GetUtcNow()), Stop);
        RetrainingRow late = (await process.Admission.AdmitOrNoteAsync(old, Stop))!;
        clock.Advance(TimeSpan.FromHours(1));
        RetrainingRow cooling = (await process.Admission.AdmitOrNoteAsync(Wish(model, "accuracy"), Stop))!;
        clock.Advance(TimeSpan.FromHours(5));
        RetrainingRow again = (await process.Admission.AdmitOrNoteAsync(Wish(model, "accuracy"), Stop))!;

        Assert.Equal((RetrainingState.Requested, first.RowKey, first.RowKey), (first.State, twice.RowKey, late.RowKey));
        Assert.Equal(RetrainingState.Skipped, cooling.State);
        Assert.Contains("coolDown of 06:00:00", cooling.Outcome, StringComparison.Ordinal);
        Assert.NotEqual(first.RowKey, cooling.RowKey);
        Assert.Equal((RetrainingState.Requested, cooling.RowKey), (again.State, again.RowKey));
    }

    [Fact]
    public async Task Of_two_requests_at_once_one_begins_and_the_other_is_written_down()
    {
        await using RetrainingProcess process = await RetrainingProcess.StartAsync(azurite, clock);
        ModelName model = await process.ModelAsync();

        RetrainingRow?[] rows = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => process.Admission.AdmitOrNoteAsync(Wish(model, $"rule {i}"), Stop)));

        Assert.Single(rows, row => row!.State == RetrainingState.Requested);
        Assert.Equal(3, rows.Count(row => row!.State == RetrainingState.Skipped));
    }

    [Fact]
    public async Task Complaints_about_a_version_that_no_longer_serves_are_dropped()
    {
        await using RetrainingProcess process = await RetrainingProcess.StartAsync(azurite, clock);
        ModelName model = await process.ModelAsync();

        Assert.Null(await process.Admission.AdmitOrNoteAsync(Wish(model, "accuracy", version: "2"), Stop));
        Assert.Empty(await process.Records.ListAsync(model, Stop));
    }

    private RetrainingWish Wish(ModelName model, string request, string version = "1") =>
        new(model, request, RetrainingWish.Quality, "accuracy is low", new Dictionary<string, string> { ["version"] = version }, RetrainingWish.Quality, clock.GetUtcNow());
}
