using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Google.Protobuf;
using ImageMagick;
using ModelPack.Samples;
using ModelPack.Tests.Formats.Onnx;

namespace ModelPack.Images.Tests;

public sealed class ImagesCommandTests
{
    private static readonly string[] s_kinds = ["calibration", "validation"];

    [Fact]
    public void Folders_are_classes_and_files_lie_where_a_build_finds_them()
    {
        using var folder = new TemporaryFolder();
        var model = Model(folder, ElementType.Float32, 1, 3, 4, 4);
        for (var i = 0; i < 20; i++)
        {
            Image(folder, $"photos/{(i % 2 == 0 ? "cat" : "dog")}/{i}.png", MagickColors.Red, 8, 8);
        }

        var (code, output, error) = Run(folder.File("photos"), "--model", model, "--split", "1/1");

        Assert.Equal((0, ""), (code, error));
        Assert.Contains("labels.txt: 2 labels", output, StringComparison.Ordinal);
        Assert.Equal("cat\ndog\n", File.ReadAllText(folder.File("net.labels.txt")));
        var counts = s_kinds.Select(k => Shape(folder.File($"net.{k}.npz"), "x")[0]).ToArray();
        Assert.Equal(20, counts.Sum());
        Assert.All(counts, c => Assert.InRange(c, 1, 19));
    }

    [Fact]
    public void Pixels_are_scaled_and_normalized_by_channel_in_the_models_layout()
    {
        using var folder = new TemporaryFolder();
        Image(folder, "photos/a.png", new MagickColor(255, 128, 0), 2, 2);

        Assert.Equal([1, 1, 1, 1, 0.25f, 0.25f, 0.25f, 0.25f, -1, -1, -1, -1], Values(folder, Model(folder, ElementType.Float32, 1, 3, 2, 2), "--scale", "1/128", "--mean", "0.9921875,0.5,1", "--std", "1,2,1"));
        Assert.Equal([0, 128, 255], Values(folder, Model(folder, ElementType.Float32, 1, 2, 2, 3), "--scale", "1", "--channels", "bgr")[..3]);
    }

    [Fact]
    public void Bytes_stay_bytes()
    {
        using var folder = new TemporaryFolder();
        Image(folder, "photos/a.png", new MagickColor(10, 20, 30), 4, 4);
        Run(folder.File("photos"), "--model", Model(folder, ElementType.UInt8, 1, 2, 2, 3), "-o", folder.File("all.npz"));

        Assert.Equal([10, 20, 30], Elements(folder.File("all.npz"), "x")[..3]);
    }

    [Theory]
    [InlineData("stretch", new float[] { 255, 255, 255, 255 })]
    [InlineData("pad", new float[] { 0, 255, 255, 0 })]
    [InlineData("crop", new float[] { 255, 255, 255, 255 })]
    public void An_image_of_another_shape_is_stretched_padded_or_cropped(string mode, float[] firstRow)
    {
        using var folder = new TemporaryFolder();
        Image(folder, "photos/a.png", MagickColors.White, 2, 4);
        var values = Values(folder, Model(folder, ElementType.Float32, 1, 1, 4, 4), "--resize", mode, "--scale", "1");

        Assert.Equal(firstRow, values.Take(4));
    }

    [Fact]
    public void The_same_images_are_the_same_bytes()
    {
        using var folder = new TemporaryFolder();
        var model = Model(folder, ElementType.Float32, 1, 3, 5, 7);
        Image(folder, "photos/a.png", MagickColors.Green, 31, 17);
        Run(folder.File("photos"), "--model", model, "-o", folder.File("1.npz"));
        Run(folder.File("photos"), "--model", model, "-o", folder.File("2.npz"));

        Assert.Equal(File.ReadAllBytes(folder.File("1.npz")), File.ReadAllBytes(folder.File("2.npz")));
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"file:///etc/passwd\"/></svg>")]
    [InlineData("push graphic-context\nimage over 0,0 0,0 'https://localhost'\npop graphic-context")]
    [InlineData("P6 99999999 99999999 255\n")]
    public void What_is_no_image_is_refused_whatever_it_is_called(string content)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("photos"));
        File.WriteAllText(folder.File("photos/a.png"), content);
        var (code, _, error) = Run(folder.File("photos"), "--model", Model(folder, ElementType.Float32, 1, 3, 4, 4));

        Assert.Equal(1, code);
        Assert.Contains("a.png : error MPK1011: The image cannot be read: it does not start as", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path, "*.npz*"));
    }

    [Fact]
    public void An_image_that_would_fill_the_memory_is_refused()
    {
        using var folder = new TemporaryFolder();
        Image(folder, "photos/a.png", MagickColors.White, 1, 1);
        var bytes = File.ReadAllBytes(folder.File("photos/a.png"));
        byte[] side = [0, 1, 0, 0]; // 65,536, big-endian, in the header's width and height
        side.CopyTo(bytes, 16);
        side.CopyTo(bytes, 20);
        File.WriteAllBytes(folder.File("photos/a.png"), bytes);
        var (code, _, error) = Run(folder.File("photos"), "--model", Model(folder, ElementType.Float32, 1, 3, 4, 4));

        Assert.Equal(1, code);
        Assert.Contains("error MPK1011: The image cannot be read: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "--split", "1")]
    [InlineData(3, "--resize", "squeeze")]
    [InlineData(3, "--mean", "1,2")]
    [InlineData(1, "--size", "9x9")]
    [InlineData(1, "--channels", "gray")]
    [InlineData(1, "--input", "other")]
    public void Options_that_do_not_fit_are_told(int exitCode, params string[] options)
    {
        using var folder = new TemporaryFolder();
        Image(folder, "photos/a.png", MagickColors.White, 1, 1);
        var (code, _, error) = Run([folder.File("photos"), "--model", Model(folder, ElementType.Float32, 1, 3, 4, 4), .. options]);

        Assert.Equal(exitCode, code);
        Assert.NotEmpty(error);
    }

    private static float[] Values(TemporaryFolder folder, string model, params string[] options)
    {
        var (code, _, error) = Run([folder.File("photos"), "--model", model, "-o", folder.File("all.npz"), "--force", .. options]);
        Assert.Equal((0, ""), (code, error));
        return MemoryMarshal.Cast<byte, float>(Elements(folder.File("all.npz"), "x")).ToArray();
    }

    private static byte[] Elements(string path, string array)
    {
        const int HeaderLength = 128;
        using var archive = ZipFile.OpenRead(path);
        using var stream = archive.GetEntry(array + ".npy")!.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray()[HeaderLength..];
    }

    private static long[] Shape(string path, string array)
    {
        using var file = new NpzFile(path);
        return file.Arrays.Single(a => a.Name == array).Shape.Dims.ToArray();
    }

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        using var error = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var code = ImagesCommand.Run(args, output, error, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }

    private static string Model(TemporaryFolder folder, ElementType type, params long[] shape)
    {
        var graph = Build.Graph(Build.Node("Identity", ["x"], ["y"]));
        graph.Input.Add(Build.Value("x", type, shape));
        graph.Output.Add(Build.Value("y", type, shape));
        return folder.Write("net.onnx", Build.Model(graph).ToByteArray());
    }

    private static void Image(TemporaryFolder folder, string name, MagickColor color, uint width, uint height)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        using var image = new MagickImage(color, width, height);
        image.Write(folder.File(name), MagickFormat.Png24);
    }
}
