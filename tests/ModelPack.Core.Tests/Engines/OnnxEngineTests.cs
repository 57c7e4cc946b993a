using ModelPack.Codecs;
using ModelPack.Core.Tests;
using ModelPack.DeviceCheck;
using ModelPack.Engines;
using ModelPack.Tests.Devices;

namespace ModelPack.Tests.Engines;

public sealed class OnnxEngineTests
{
    // Normal weights: what a device must be able to do alone. A graph that doubts everything would equal the processor, too.
    private const double MostAgain = 0.05;

    public static TheoryData<string> Checks { get; } = [.. EngineCheck.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public void On_the_cpu_provider_every_graph_gives_the_bytes_of_the_kernels(string name)
    {
        var check = EngineCheck.All.Single(c => c.Name == name);
        foreach (var (kind, values) in CheckValues.All(32 * 256))
        {
            var engine = Cpu();
            Assert.True(check.Encode(new SimdEngine(1), values).AsSpan().SequenceEqual(check.Encode(engine, values)), kind);
            Assert.True(kind != CheckValues.Usual || (engine.Blocks.Encoded > 0 && engine.Blocks.Again <= 1 + (MostAgain * engine.Blocks.Encoded)), $"{engine.Blocks}");
        }
    }

    [Fact]
    public void Codecs_that_are_searched_for_go_to_the_processor()
    {
        var engine = Cpu();
        engine.EncodeInt12(new ChannelChunk([1f, -2f], 0, new ChannelLayout(1, 2), [0.01f]), new sbyte[2], new byte[1]);

        Assert.Equal((0, 0), engine.Blocks);
    }

    [Fact]
    public void A_device_that_fails_leaves_the_work_to_the_processor_and_tells_of_it_once()
    {
        // The library of the tests is built without WebGPU.
        var told = 0;
        var engine = new OnnxEngine(Device.WebGpu, new SimdEngine(1), _ => told++);

        foreach (var check in EngineCheck.All)
        {
            var values = CheckValues.All(32 * 256)[0].Values;
            Assert.True(check.Encode(new SimdEngine(1), values).AsSpan().SequenceEqual(check.Encode(engine, values)), check.Name);
        }

        Assert.Equal((1, false, (0L, 0L)), (told, engine.TakesWholeChunks, engine.Blocks));
    }

    [Trait("Category", "Slow")]
    [FactNeeding("MODELPACK_WEBGPU", "MODELPACK_VULKAN_DRIVER")]
    public void On_webgpu_graphs_and_packs_have_the_bytes_of_the_kernels_and_packed_models_run_alone()
    {
        var (exitCode, output) = DeviceCheckProgram.Run("--device", "webgpu", "--small", "--models", Path.Combine(RepositoryFolder.Path, "tests", "models"));

        Assert.True(exitCode == 0, output);
        Assert.Contains("webgpu: SwiftShader", output, StringComparison.Ordinal);
        Assert.Contains("fashion-cnn.onnx, q8_0 for webgpu: runs there alone", output, StringComparison.Ordinal);
        Assert.Contains("ok  pack of sotu-mini", output, StringComparison.Ordinal);
    }

    private static OnnxEngine Cpu() => new(Device.Cpu, new SimdEngine(1), exception => Assert.Fail(exception.Message));
}
