using Tidemark.Registry;
using Tidemark.Retraining.Records;
using Xunit;

namespace Tidemark.Tests.Retraining;

public sealed class RetrainingRowTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void It_only_ever_moves_forward()
    {
        var row = new RetrainingRow();

        Assert.True(row.Enter(RetrainingState.Training));
        Assert.False(row.Enter(RetrainingState.Freezing));
        Assert.True(row.End(RetrainingState.Refused, "no", Now));
        Assert.False(row.End(RetrainingState.Kept, "yes", Now));
        Assert.False(row.Enter(RetrainingState.Promoting));
        Assert.Equal((RetrainingState.Refused, "no"), (row.State, row.Outcome));
    }

    [Fact]
    public void A_step_that_is_repeated_says_it_once_and_the_row_always_holds_what_is_said()
    {
        var row = new RetrainingRow();
        for (int i = 0; i < 200; i++) row.Decide(Decision.Of($"step{i % 9}", true, new string('→', 5000), Now, ("n", i)));

        Assert.InRange(row.Decisions.Length, 1000, 32_768);
        Assert.Equal(row.DecisionList().Select(d => d.Step).Distinct(), row.DecisionList().Select(d => d.Step));
        Assert.Equal("step1", row.DecisionList()[^1].Step);
    }

    [Fact]
    public void Ids_are_of_the_request_short_enough_for_an_instance_and_read_back()
    {
        ModelName model = ModelName.Parse("m" + new string('o', 61) + "1").Value;
        var id = RetrainingId.Of(model, "any request");

        Assert.Equal(id, RetrainingId.Of(model, "any request"));
        Assert.NotEqual(id, RetrainingId.Of(model, "another"));
        Assert.InRange(id.ToString().Length, 1, 100);
        Assert.Equal(model, RetrainingId.Parse(id.ToString()).Value.Model);
        Assert.False(RetrainingId.Parse($"{id}/../x").Ok);
    }
}
