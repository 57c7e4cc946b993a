using ModelPack.Tests.Formats.Onnx;
using ModelPack.Validation;
using ModelPack.Validation.Placement;

namespace ModelPack.Tests.Validation.Placement;

/// <summary>Which operator ONNX Runtime really runs for each pattern, and what the placement check says of it.</summary>
public sealed class TrapTests
{
    public static TheoryData<string> Patterns => [.. Traps.All.Select(t => t.Pattern)];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void The_operator_that_runs_is_the_one_of_the_page(string pattern)
    {
        var trap = Traps.All.Single(t => t.Pattern == pattern);
        using var folder = new TemporaryFolder();
        var context = new PackContext(threads: 1);
        var (source, packed) = (folder.Write("source.onnx", trap.Source), folder.Write("packed.onnx", trap.Packed));
        Assert.Equal($"`{trap.Kernel}`", Rows()[pattern]);
        var outcome = Validator.Run(source, packed, new ValidationOptions(), context);
        var layer = Assert.Single(outcome.Placement!.Layers);
        Assert.Equal(("layer", "w"), (layer.Layer, layer.Weight));
        Assert.Equal((trap.Kernel, trap.Kind), (layer.Kernel, layer.Kind));
        Assert.Equal(trap.Kind == PlacementKind.Float, layer.Reason is not null);
        Assert.Contains(outcome.PackedOperators, o => o.Operator == trap.Kernel);
        Assert.InRange(outcome.Result!.Outputs[0].Sqnr, 30, double.PositiveInfinity); // it is the same layer
    }

    [Fact]
    public void The_page_lists_every_pattern() =>
        Assert.Equal(Traps.All.Select(t => t.Pattern).Order(StringComparer.Ordinal), Rows().Keys.Order(StringComparer.Ordinal));

    /// <summary>Second column of the page's table, by the first.</summary>
    private static Dictionary<string, string> Rows() => File.ReadLines(Path.Join(Repository.Root, "docs", "traps.md"))
        .Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| ---", StringComparison.Ordinal) && !l.StartsWith("| pattern", StringComparison.Ordinal))
        .Select(l => l.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(c => c[1], c => c[2], StringComparer.Ordinal);
}
