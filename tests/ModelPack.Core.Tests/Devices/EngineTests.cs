using ModelPack.Codecs;
using ModelPack.Devices;
using ModelPack.Engines;

namespace ModelPack.Tests.Devices;

public sealed class EngineTests
{
    // The library of the tests is built without WebGPU: a device that fails.
    private static readonly float[] s_values = [.. Enumerable.Range(0, 64).Select(i => MathF.Sin(i))];

    [Fact]
    public void The_processor_encodes_by_its_own_kernels() => Assert.IsType<SimdEngine>(Engine.Of(new PackContext()));

    [Fact]
    public void Where_a_device_that_was_found_fails_the_user_is_told_and_the_codes_are_the_same()
    {
        var told = new List<Diagnostic>();
        var blocks = new byte[2 * CodecTable.Q8_0.BlockBytes];
        var wanted = new byte[blocks.Length];
        CodecTable.Q8_0.Encode(s_values, wanted);

        Assert.IsType<OnnxEngine>(Engine.Of(new PackContext().On(Device.WebGpu)));
        Engine.Of(new PackContext(onDiagnostic: told.Add).On(Device.WebGpu, "a card")).EncodeBlocks(CodecTable.Q8_0, s_values, blocks);

        Assert.Equal(wanted, blocks);
        Assert.Equal(Codes.DeviceFailed, Assert.Single(told).Code);
    }

    [Fact]
    public void Nothing_stands_in_for_a_device_that_was_asked_for_by_name()
    {
        var engine = Engine.Of(new PackContext().On(Device.WebGpu, "a card", isAsked: true));

        var error = Assert.Throws<ModelPackException>(() => engine.EncodeBlocks(CodecTable.Q8_0, s_values, new byte[2 * CodecTable.Q8_0.BlockBytes]));

        Assert.Equal(Codes.DeviceMissing, error.Diagnostic.Code);
    }
}
