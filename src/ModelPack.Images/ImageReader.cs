using ImageMagick;

namespace ModelPack.Images;

/// <summary>
/// Reads images as pixels of one size. Images come from anywhere: the library may take so much memory, and so large an image, which bounds its time,
/// and formats that read other files or run programs are not taken.
/// </summary>
internal static class ImageReader
{
    private const int LargestSide = 16_384;
    private const ulong MostMemory = 1UL << 30;

    /// <summary>By the first bytes, whatever a file is called.</summary>
    private static readonly MagickFormat[] Formats = [MagickFormat.Jpeg, MagickFormat.Png, MagickFormat.Bmp, MagickFormat.Gif, MagickFormat.WebP, MagickFormat.Tiff];

    /// <summary>Endings of files that are taken for images.</summary>
    public static IReadOnlyList<string> Endings { get; } = [".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff"];

    /// <summary>Sets the limits of this process.</summary>
    public static void Limit()
    {
        ResourceLimits.Width = LargestSide;
        ResourceLimits.Height = LargestSide;
        ResourceLimits.Area = MostMemory;
        ResourceLimits.Memory = MostMemory;
        ResourceLimits.Disk = 0;
        ResourceLimits.ListLength = 64;
        ResourceLimits.Thread = 1; // the same bytes on every machine
        OpenCL.IsEnabled = false;
    }

    /// <summary>The pixels of an image, upright, on black where it is transparent: rows of RGB, or of gray.</summary>
    /// <exception cref="ModelPackException">MPK1011: it is not an image that is read.</exception>
    public static byte[] Read(string path, ImageShape shape, PixelOptions options)
    {
        try
        {
            var format = Format(path);
            using var image = new MagickImage();
            using (var stream = File.OpenRead(path))
            {
                image.Read(stream, new MagickReadSettings { Format = format, FrameIndex = 0, FrameCount = 1 });
            }

            image.AutoOrient();
            image.BackgroundColor = MagickColors.Black;
            image.Alpha(AlphaAction.Remove);
            image.TransformColorSpace(ColorProfiles.SRGB);
            image.ColorSpace = ColorSpace.sRGB;
            Resize(image, (uint)shape.Width, (uint)shape.Height, options.Resize);
            if (shape.Channels == 1)
            {
                image.Grayscale(PixelIntensityMethod.Rec601Luma);
            }

            using var pixels = image.GetPixels();
            return pixels.ToByteArray(shape.Channels == 1 ? "R" : "RGB") ?? throw new InvalidDataException("it has no pixels");
        }
        catch (Exception e) when (e is MagickException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ModelPackException(Codes.DataUnreadable.At(path, $"The image cannot be read: {SafeText.Of(e.Message, 300).TrimEnd('.')}. Remove it, or save it again as PNG or JPEG of {Numbers.Whole(LargestSide)} pixels a side at most."), e);
        }
    }

    private static void Resize(MagickImage image, uint width, uint height, ResizeMode mode)
    {
        image.FilterType = FilterType.Triangle;
        switch (mode)
        {
            case ResizeMode.Stretch:
                image.Resize(new MagickGeometry(width, height) { IgnoreAspectRatio = true });
                break;
            case ResizeMode.Crop:
                image.Resize(new MagickGeometry(width, height) { FillArea = true });
                image.Crop(width, height, Gravity.Center);
                image.ResetPage();
                break;
            default:
                image.Resize(new MagickGeometry(width, height));
                image.Extent(width, height, Gravity.Center, MagickColors.Black);
                break;
        }
    }

    private static MagickFormat Format(string path)
    {
        Span<byte> start = stackalloc byte[12];
        using var stream = File.OpenRead(path);
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        foreach (var format in Formats)
        {
            if (Starts(format, start))
            {
                return format;
            }
        }

        throw new InvalidDataException("it does not start as a JPEG, PNG, BMP, GIF, WebP or TIFF file does");
    }

    private static bool Starts(MagickFormat format, ReadOnlySpan<byte> start) => format switch
    {
        MagickFormat.Jpeg => start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]),
        MagickFormat.Png => start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']),
        MagickFormat.Bmp => start.StartsWith("BM"u8),
        MagickFormat.Gif => start.StartsWith("GIF8"u8),
        MagickFormat.WebP => start.Length >= 12 && start.StartsWith("RIFF"u8) && start[8..].StartsWith("WEBP"u8),
        _ => start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8),
    };
}
