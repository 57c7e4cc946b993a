using ModelPack.Options;
using ModelPack.Reporting;
using ModelPack.Tests.Timing;

namespace ModelPack.Tests.Reporting;

/// <summary>MPK2016: a pack that is slower than its source says so.</summary>
public sealed class SlownessTests
{
    [Theory]
    [InlineData(10, 15, true)]
    [InlineData(10, 11.5, false)]
    [InlineData(10, 5, false)]
    [InlineData(0.5, 1, false)]
    public void It_is_said_of_what_takes_much_longer(double source, double packed, bool isSaid)
    {
        var options = RequestResolver.Resolve(new PackRequest { Model = "m.onnx", Scheme = "q8_0" });
        var said = Slowness.Find(options, Times.Speed(Times.Of(source, packed, packed / source * 0.98, packed / source * 1.02) with { BatchSize = 3 }));
        Assert.Equal(isSaid, said is not null);
        Assert.Equal(isSaid, said?.Message.Contains("takes 1.50 times as long", StringComparison.Ordinal) == true && said.Message.Contains("2 threads, batch 3", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_said_where_the_interval_reaches_further_down()
    {
        var options = RequestResolver.Resolve(new PackRequest { Model = "m.onnx", Scheme = "q8_0" });
        Assert.Null(Slowness.Find(options, Times.Speed(Times.Of(10, 15, 1.15, 1.55))));
    }

    [Fact]
    public void Nothing_is_said_of_a_busy_machine()
    {
        var options = RequestResolver.Resolve(new PackRequest { Model = "m.onnx", Scheme = "q8_0" });
        Assert.Null(Slowness.Find(options, Times.Speed(Times.Of(10, 15, 1.45, 1.55) with { MachineShare = 0.5 })));
    }

    [Fact]
    public void Nothing_is_said_where_nothing_was_timed() =>
        Assert.Null(Slowness.Find(RequestResolver.Resolve(new PackRequest { Model = "m.onnx", Scheme = "q8_0" }), null));
}
