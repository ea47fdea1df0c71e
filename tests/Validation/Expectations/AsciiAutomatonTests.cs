using System.Text;
using System.Text.RegularExpressions;
using Tidemark.Validation.Expectations;
using Xunit;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>The table for plain patterns and the engine of .NET find the same.</summary>
public sealed class AsciiAutomatonTests
{
    private static readonly string[] Atoms = ["a", "b", ".", "[ab]", "[^a]", "[a-c]", "[-a]", "[a-]", "\\d", "\\w", "\\.", "\\s", "[\\d_]", "[^\\w]", "@", " ", "-"];
    private static readonly string[] Repetitions = ["", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "{0}"];
    private static readonly string[] Pieces = ["a", "b", "c", "1", ".", "@", " ", "_", "-", "\n", "é", "aa", "ab"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 50)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Decides_as_the_engine_of_NET_does(int seed)
    {
        var random = new Random(seed);
        int decided = 0;
        for (int i = 0; i < 20; i++)
        {
            string pattern = (random.Next(2) == 0 ? "^" : "") + string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Pick(random, Atoms) + Pick(random, Repetitions))) + (random.Next(2) == 0 ? "$" : "");
            AsciiAutomaton? automaton = AsciiAutomaton.Of(pattern);
            var regex = new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            for (int text = 0; automaton is not null && text < 50; text++)
            {
                string tried = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => Pick(random, Pieces)));
                bool? found = automaton.Finds(Encoding.UTF8.GetBytes(tried));
                Assert.True(found is null ? tried.Contains('é', StringComparison.Ordinal) : found == regex.IsMatch(tried), $"{pattern} on '{tried}': {found}");
                decided += found is null ? 0 : 1;
            }
        }

        Assert.True(decided > 0, "Nothing was decided.");
    }

    [Theory]
    [InlineData("^[a-z0-9]+@[a-z]+\\.org$")]
    [InlineData("\\d{4}-\\d{2}-\\d{2}")]
    public void Takes_the_patterns_that_suites_have(string pattern) => Assert.NotNull(AsciiAutomaton.Of(pattern));

    [Theory]
    [InlineData("(a|b)")]
    [InlineData("a|b")]
    [InlineData("a(?=b)")]
    [InlineData("a+?")]
    [InlineData("(?i)a")]
    [InlineData("a{1000}")]
    [InlineData("[a-z-[b]]")]
    [InlineData("\\bword")]
    [InlineData("\\p{L}")]
    [InlineData("é")]
    [InlineData("a*")]
    [InlineData("a^b")]
    [InlineData(".*a.{20}")]
    public void Leaves_the_rest_to_the_engine(string pattern) => Assert.Null(AsciiAutomaton.Of(pattern));

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
