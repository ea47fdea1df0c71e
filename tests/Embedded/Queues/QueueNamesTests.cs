using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Queues;

public sealed class QueueNamesTests
{
    [Theory]
    [InlineData("Batch-Intake", "batch-intake")]
    [InlineData("abc", "abc")]
    [InlineData("1-2", "1-2")]
    public void Names_are_taken_in_lower_case(string text, string name) => Assert.Equal(name, QueueNames.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("ab")]
    [InlineData("-abc")]
    [InlineData("abc-")]
    [InlineData("a--b")]
    [InlineData("a_b")]
    [InlineData("a.b")]
    [InlineData("abc\n")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public void What_storage_refuses_is_refused(string text) => Assert.Throws<FormatException>(() => QueueNames.Parse(text));

    [Fact]
    public void Poison_queues_and_long_names_have_no_poison_queue()
    {
        Assert.Equal("batch-intake-poison", QueueNames.PoisonOf("batch-intake"));
        Assert.Null(QueueNames.PoisonOf("batch-intake-poison"));
        Assert.Null(QueueNames.PoisonOf(new string('a', 57)));
        Assert.Equal(63, QueueNames.PoisonOf(new string('a', 56))!.Length);
    }
}
