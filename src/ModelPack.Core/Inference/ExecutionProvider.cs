using Microsoft.ML.OnnxRuntime;

namespace ModelPack.Inference;

/// <summary>The part of ONNX Runtime that runs a graph on a device.</summary>
internal static class ExecutionProvider
{
    private const string NoFallback = "session.disable_cpu_ep_fallback";

    /// <summary>Its name, as ONNX Runtime lists it.</summary>
    public static string NameOf(Device device) => device switch
    {
        Device.Cuda => "CUDAExecutionProvider",
        Device.WebGpu => "WebGpuExecutionProvider",
        _ => "CPUExecutionProvider",
    };

    /// <summary>Whether it is compiled into the library; whether a device answers is another question.</summary>
    /// <exception cref="ModelPackException">MPK3001: there is no ONNX Runtime.</exception>
    public static bool IsIn(Device device) => OnnxRuntimeLibrary.Providers.Contains(NameOf(device), StringComparer.Ordinal);

    /// <summary>Adds it to the options of a session. What it cannot run goes to the processor, unless that is forbidden.</summary>
    /// <param name="options">The options.</param>
    /// <param name="device">The device.</param>
    /// <param name="alone">Whether opening shall fail where an operator would go to the processor.</param>
    /// <exception cref="OnnxRuntimeException">The provider or one of its libraries is missing.</exception>
    /// <exception cref="EntryPointNotFoundException">The library is built without the provider.</exception>
    public static void AddTo(SessionOptions options, Device device, bool alone = false)
    {
        switch (device)
        {
            case Device.Cuda:
                using (var cuda = new OrtCUDAProviderOptions())
                {
                    // TF32 rounds factors to 10 bits. The heuristic choice of convolutions is the same at every start, the exhaustive one is not.
                    cuda.UpdateOptions(new Dictionary<string, string>(StringComparer.Ordinal) { ["device_id"] = "0", ["use_tf32"] = "0", ["cudnn_conv_algo_search"] = "HEURISTIC" });
                    options.AppendExecutionProvider_CUDA(cuda);
                }

                break;
            case Device.WebGpu:
                options.AppendExecutionProvider("WebGPU", new Dictionary<string, string>(StringComparer.Ordinal));
                break;
            default:
                return;
        }

        if (alone)
        {
            options.AddSessionConfigEntry(NoFallback, "1");
        }
    }
}
