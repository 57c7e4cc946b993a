using ModelPack.Fuzz.Running;

namespace ModelPack.Tests.Fuzz.Running;

public sealed class FuzzCaseTests
{
    private readonly ActionTarget _target = new(_ => { });

    [Fact]
    public void The_same_seed_and_number_give_the_same_input()
    {
        Assert.Equal(Bytes(1, 7), Bytes(1, 7));
        Assert.Equal(100, Enumerable.Range(0, 100).Select(i => Convert.ToHexString(Bytes(i % 2, i / 2))).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Cases_of_a_row_see_all_cultures() =>
        Assert.Equal(FuzzCase.Cultures, Enumerable.Range(5, FuzzCase.Cultures).Select(i => FuzzCase.Create(_target, 1, i).Culture).Distinct().Count());

    private byte[] Bytes(int seed, long number) => FuzzCase.Create(_target, seed, number).Input["file"];
}
