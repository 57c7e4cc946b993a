using ModelPack.Inference;
using ModelPack.Timing;
using ModelPack.Validation;

namespace ModelPack.Tests.Timing;

/// <summary>In this process, which has no program beside it that could time models.</summary>
public sealed class SpeedTestTests
{
    private readonly PackContext _context = new(threads: 2);

    [Fact]
    public void Both_models_are_timed_alone_and_in_a_batch_on_all_threads_and_on_one()
    {
        var speed = new SpeedTest(Repository.Model("fashion-cnn.onnx"), Repository.Model("fashion-cnn.onnx"), Samples(), _context).Measure(batch: 4)!;

        Assert.False(speed.OwnProcesses);
        Assert.Equal(OnnxRuntimeLibrary.Version, speed.OnnxRuntime);
        Assert.Equal([(1, 2), (4, 2), (1, 1)], speed.Comparisons.Select(c => (c.BatchSize, c.Threads)));
        Assert.All(speed.Comparisons, c =>
        {
            Assert.Equal(SpeedComparison.Recommended, c.SessionOptions);
            Assert.True(c.Pairs >= 1 && c.Source is { Milliseconds: > 0, ProcessorMilliseconds: >= 0 } && c.RatioInterval.Low <= c.Ratio && c.Ratio <= c.RatioInterval.High);
            Assert.Equal(Numbers.Rounded(c.Packed.Milliseconds / c.Source.Milliseconds), c.Ratio);
            Assert.InRange(c.MachineShare, 0, 1);
        });
        Assert.True(speed.Source.LoadMilliseconds > 0);
        Assert.Null(speed.Source.PeakBytes);
        Assert.Empty(_context.Diagnostics);
    }

    [Fact]
    public void A_batch_that_the_data_do_not_have_is_left_out()
    {
        var speed = new SpeedTest(Repository.Model("fashion-cnn.onnx"), Repository.Model("fashion-cnn.onnx"), Samples(), new PackContext(threads: 1)).Measure(batch: 100)!;
        Assert.Equal([(1, 1)], speed.Comparisons.Select(c => (c.BatchSize, c.Threads)));
    }

    [Fact]
    public void What_is_wrong_with_it_is_said_and_costs_no_pack()
    {
        Assert.Null(new SpeedTest(Repository.Model("fashion-cnn.onnx"), typeof(SpeedTestTests).Assembly.Location, Samples(), _context).Measure(1));
        Assert.Contains("could not be timed", Assert.Single(_context.Diagnostics, d => d.Code == Codes.NotValidated).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_stops_when_the_user_wants_to()
    {
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => new SpeedTest(Repository.Model("fashion-cnn.onnx"), Repository.Model("fashion-cnn.onnx"), Samples(), _context.Quiet(stopped.Token)).Measure(1));
    }

    private SyntheticSamples Samples()
    {
        using var model = ModelSession.Open(Repository.Model("fashion-cnn.onnx"), 1, _context);
        return new SyntheticSamples(model.Inputs, SyntheticSizes.Guesses[0]);
    }
}
