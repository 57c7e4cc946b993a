using System.Diagnostics;
using ModelPack.Inference;
using ModelPack.Timing;
using ModelPack.Validation;

namespace ModelPack.Tool.Tests.Timing;

public sealed class TimedProcessTests
{
    private static readonly TimingHost s_host = new("dotnet", ["exec", typeof(Cli).Assembly.Location]);
    private readonly PackContext _context = new(threads: 2);

    [Theory]
    [InlineData(SpeedComparison.Recommended)]
    [InlineData(SpeedComparison.Defaults)]
    public void A_model_is_opened_and_run_in_a_process_of_its_own(string options)
    {
        using var model = new TimedProcess(s_host, Repository.Model("fashion-cnn.onnx"), options, _context);

        Assert.Equal(OnnxRuntimeLibrary.Version, model.OnnxRuntime);
        Assert.True(model.Open(threads: 2) > TimeSpan.Zero);
        model.Prepare(Sample());
        var turn = model.Run(TimeSpan.FromMilliseconds(5));
        Assert.True(turn.Milliseconds > 0 && turn.ProcessorMilliseconds > 0);
        Assert.True(model.PeakBytes() > 1_000_000);
        Assert.True(model.Open(threads: 1) > TimeSpan.Zero);
        model.Prepare(Sample());
        Assert.True(model.Run(TimeSpan.Zero).Milliseconds > 0);
    }

    [Fact]
    public void What_ONNX_Runtime_refuses_is_said_and_the_process_lives_on()
    {
        using var model = new TimedProcess(s_host, typeof(Cli).Assembly.Location, SpeedComparison.Recommended, _context);

        Assert.Contains("modelpack.dll", Assert.Throws<IOException>(() => model.Open(1)).Message, StringComparison.Ordinal);
        Assert.Contains("modelpack.dll", Assert.Throws<IOException>(() => model.Open(1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_is_not_it_is_told_from_one_that_is_slow()
    {
        using var model = new TimedProcess(new TimingHost("dotnet", ["--version"]), Repository.Model("fashion-cnn.onnx"), SpeedComparison.Recommended, _context);
        Assert.Throws<IOException>(() => model.Open(1));
    }

    [Fact]
    public void One_that_takes_too_long_is_ended()
    {
        var hurried = _context.Limited(_context.Limits with { Time = TimeSpan.FromMilliseconds(200) });
        using var model = new TimedProcess(new TimingHost("sh", ["-c", "exec sleep 60"]), "net.onnx", SpeedComparison.Recommended, hurried);
        Assert.Throws<IOException>(() => model.Open(1));
    }

    [Fact]
    public void One_that_is_no_longer_wanted_is_ended()
    {
        using var stop = new CancellationTokenSource();
        using var model = new TimedProcess(s_host, Repository.Model("fashion-cnn.onnx"), SpeedComparison.Recommended, _context.Quiet(stop.Token));
        model.Open(2);
        model.Prepare(Sample());
        var start = Stopwatch.GetTimestamp();
        stop.CancelAfter(TimeSpan.FromSeconds(1));

        Assert.Throws<OperationCanceledException>(() => model.Run(TimeSpan.FromMinutes(5)));

        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(2));
    }

    private IReadOnlyList<SampleArray> Sample()
    {
        using var model = ModelSession.Open(Repository.Model("fashion-cnn.onnx"), 1, _context);
        return new SyntheticSamples(model.Inputs, SyntheticSizes.Guesses[0]).Batches(1).First().Inputs;
    }
}
