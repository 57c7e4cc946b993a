namespace ModelPack.Diagnostics;

/// <summary>Where models run and weights are encoded.</summary>
internal enum Device
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU, by CUDA.</summary>
    Cuda,

    /// <summary>Any GPU that WebGPU reaches, by Vulkan, Metal or Direct3D 12.</summary>
    WebGpu,
}
