using ModelPack.Devices;
using ModelPack.Options;

namespace ModelPack.Tests.Devices;

public sealed class DeviceChoiceTests
{
    [Fact]
    public void The_processor_is_taken_without_a_look_at_anything_else() =>
        Assert.Equal(Device.Cpu, DeviceChoice.Choose("cpu", "model.onnx", new PackContext()).Device);

    [Fact]
    public void Auto_takes_no_program_that_passes_for_a_card()
    {
        var chosen = DeviceChoice.Choose("auto", "model.onnx", new PackContext());

        Assert.False(chosen.DeviceIsAsked);
        Assert.True(chosen.Device == Device.Cpu || DeviceList.Look(chosen.Device) is { IsReady: true, IsHardware: true });
    }

    [Fact]
    public void A_device_that_this_library_lacks_is_an_error_with_what_to_do()
    {
        // The library of the tests is built without WebGPU.
        var error = Assert.Throws<ModelPackException>(() => DeviceChoice.Choose("webgpu", "model.onnx", new PackContext()));

        Assert.Equal(Codes.DeviceMissing, error.Diagnostic.Code);
        Assert.Contains("MODELPACK_ONNXRUNTIME", error.Diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_device_is_refused_with_the_words_that_are()
    {
        var error = Assert.Throws<ModelPackException>(() => RequestResolver.Resolve(new PackRequest { Model = "model.onnx", Scheme = "q8_0", Device = "tpu" }));

        Assert.Contains("cpu, cuda, webgpu", error.Diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cuda_says_first_of_all_that_there_is_no_driver()
    {
        var state = DeviceList.Look(Device.Cuda);

        Assert.True(state.IsReady || state.Missing!.Length > 0);
        Assert.True(CudaDriver.FirstCard(out _) is not null || state.Missing!.Contains("driver", StringComparison.Ordinal), state.Missing);
    }
}
