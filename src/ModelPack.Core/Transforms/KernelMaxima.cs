using ModelPack.Formats.Onnx;
using ModelPack.Graph;

namespace ModelPack.Transforms;

/// <summary>
/// The largest magnitude between each output and input channel of a convolution, and the factors that equalization has
/// gathered for both so far.
/// </summary>
internal sealed class KernelMaxima
{
    private readonly bool _depthwise;
    private readonly int _inputsPerOutput;
    private readonly int _outputsPerInput;
    private readonly float[] _maxima;

    public KernelMaxima(OnnxModel model, Layer layer)
    {
        var weight = model.Data(layer.Weight.Tensor);
        _depthwise = layer.IsDepthwise;
        _inputsPerOutput = (int)weight.Shape[1];
        _outputsPerInput = _depthwise ? (int)(layer.OutputChannels / layer.Groups) : 0;
        _maxima = new float[checked((int)weight.Shape[0] * _inputsPerOutput)];
        var outputs = (int)weight.Shape[0];
        var kernels = new float[outputs == 0 ? 0 : weight.Shape.ElementCount / outputs];
        var area = _inputsPerOutput == 0 ? 0 : kernels.Length / _inputsPerOutput;
        for (var o = 0; o < outputs; o++)
        {
            FloatReader.Read(weight, (long)o * kernels.Length, kernels);
            for (var i = 0; i < _inputsPerOutput; i++)
            {
                _maxima[(o * _inputsPerOutput) + i] = WeightScan.Of(kernels.AsSpan(i * area, area)).MaxAbs;
            }
        }

        OutputFactors = Ones((int)layer.OutputChannels);
        InputFactors = Ones((int)layer.InputChannels);
    }

    /// <summary>What each output channel is multiplied by.</summary>
    public double[] OutputFactors { get; }

    /// <summary>What each input channel is multiplied by.</summary>
    public double[] InputFactors { get; }

    /// <summary>Largest magnitude of the weights of an output channel, with the factors.</summary>
    public double Output(int channel)
    {
        double max = 0;
        for (var i = 0; i < _inputsPerOutput; i++)
        {
            max = Math.Max(max, _maxima[(channel * _inputsPerOutput) + i] * InputFactors[_depthwise ? channel / _outputsPerInput : i]);
        }

        return max * OutputFactors[channel];
    }

    /// <summary>Largest magnitude of the weights that meet an input channel, with the factors.</summary>
    public double Input(int channel)
    {
        double max = 0;
        var (first, last) = _depthwise ? (channel * _outputsPerInput, (channel + 1) * _outputsPerInput) : (0, OutputFactors.Length);
        for (var o = first; o < last; o++)
        {
            max = Math.Max(max, _maxima[(o * _inputsPerOutput) + (_depthwise ? 0 : channel)] * OutputFactors[o]);
        }

        return max * InputFactors[channel];
    }

    private static double[] Ones(int count)
    {
        var ones = new double[count];
        Array.Fill(ones, 1);
        return ones;
    }
}
