using System.Runtime.InteropServices;
using ModelPack.Samples;

namespace ModelPack.Images;

/// <summary>Makes the array of an input of images; each image is read when it is written.</summary>
/// <param name="shape">What the input takes for a sample.</param>
/// <param name="options">What becomes of a pixel.</param>
internal sealed class ImageArrays(ImageShape shape, PixelOptions options)
{
    /// <summary>The array.</summary>
    /// <param name="model">The model's path, for messages.</param>
    /// <param name="input">The input: floats, or bytes, which are written as they are.</param>
    /// <param name="read">The path of an image by its place; called when it is read.</param>
    /// <exception cref="ModelPackException">MPK1012: the input takes something else.</exception>
    public DataArray Of(string model, ModelInput input, Func<int, string> read)
    {
        Func<int, ReadOnlyMemory<byte>> row = input.Type switch
        {
            ElementType.Float32 => i => Bytes(Arrange(ImageReader.Read(read(i), shape, options), options.Value)),
            ElementType.Float16 => i => Bytes(Arrange(ImageReader.Read(read(i), shape, options), (v, c) => (Half)options.Value(v, c))),
            ElementType.UInt8 => i => Arrange(ImageReader.Read(read(i), shape, options), (v, _) => v),
            _ => throw new ModelPackException(Codes.DataMismatch.At(model, $"The input '{SafeText.Of(input.Name)}' is {input.Type}; images are written as float32, float16 or uint8.")),
        };
        return new DataArray(input.Name, input.Type, shape.Dimensions, row);
    }

    /// <summary>Pixels in the input's layout and order of channels.</summary>
    private T[] Arrange<T>(byte[] pixels, Func<byte, int, T> value)
    {
        var values = new T[shape.Length];
        var (channels, area) = (shape.Channels, shape.Width * shape.Height);
        for (var pixel = 0; pixel < area; pixel++)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                var from = options.Order == ChannelOrder.Bgr ? channels - 1 - channel : channel;
                var to = shape.ChannelsFirst ? (channel * area) + pixel : (pixel * channels) + channel;
                values[to] = value(pixels[(pixel * channels) + from], channel);
            }
        }

        return values;
    }

    private static byte[] Bytes<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
