using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Registry;
using Tidemark.Retraining.Admitting;
using Tidemark.Retraining.Policies;
using Tidemark.Retraining.Records;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>Which wishes may not begin, and with which figures that is told.</summary>
public sealed class AdmissionTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly ModelName Model = ModelName.Parse("sensor").Value;
    private static readonly RetrainingPolicy Policy = new() { Training = JsonSerializer.SerializeToElement(new { }), CoolDown = TimeSpan.FromHours(6), Budget = new(MinutesAMonth: 100, MinutesARun: 30) };

    [Fact]
    public void With_nothing_before_it_a_retraining_may_begin() => Assert.Null(Admission.Refusal(Model, Policy, [], Now));

    [Fact]
    public void One_at_a_time() =>
        Assert.Contains("is under way (Training)", Refused(Row(RetrainingState.Training, hoursAgo: 30)).Detail, StringComparison.Ordinal);

    [Theory]
    [InlineData(RetrainingState.Kept, 5, true)]
    [InlineData(RetrainingState.Refused, 5, true)]
    [InlineData(RetrainingState.Kept, 7, false)]
    [InlineData(RetrainingState.Skipped, 1, false)]
    public void The_cool_down_counts_from_the_last_beginning(RetrainingState end, int hoursAgo, bool refused)
    {
        Failure? failure = Admission.Refusal(Model, Policy, [Row(end, hoursAgo)], Now);

        Assert.Equal(refused, failure is not null);
        if (refused) Assert.Contains("2026-11-21 13:00:00Z", failure!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_the_months_budget_no_longer_holds_is_refused_with_the_figure()
    {
        RetrainingRow[] rows = [Row(RetrainingState.Kept, 24, minutes: 40), Row(RetrainingState.Failed, 48, minutes: 35.5), Row(RetrainingState.Kept, 24 * 22, minutes: 90)];

        Failure failure = Refused(rows);

        Assert.Equal((FailureKind.Conflict, "Over budget"), (failure.Kind, failure.Title));
        Assert.Contains("used 75.5 of 100 minutes", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("5.5 too many", failure.Detail, StringComparison.Ordinal);
    }

    private static Failure Refused(params RetrainingRow[] rows) => Admission.Refusal(Model, Policy, rows, Now) ?? throw new InvalidOperationException("It was admitted.");

    private static RetrainingRow Row(RetrainingState state, double hoursAgo, double minutes = 0)
    {
        DateTimeOffset at = Now.AddHours(-hoursAgo);
        return new() { RowKey = RetrainingId.Of(Model, $"{hoursAgo}").ToString(), State = state, Created = at, ComputeFrom = at, ComputeTo = at.AddMinutes(minutes), Ended = state.IsEnd() ? at.AddMinutes(minutes) : null };
    }
}
