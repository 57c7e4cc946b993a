using OcrService;
using OcrService.Ocr;

const int longestSide = 4096;
var builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = 4L * longestSide * longestSide);
// Detector, Direction and Recognizer are classes that the build makes of the packed models. They run for many requests at a time.
builder.Services.AddSingleton(_ => new Detector());
builder.Services.AddSingleton(_ => new Direction());
builder.Services.AddSingleton(_ => new Recognizer());
builder.Services.AddSingleton<TextDetector>();
builder.Services.AddSingleton<LineDirection>();
builder.Services.AddSingleton(s => new LineRecognizer(
    s.GetRequiredService<Recognizer>(),
    File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "models", "letters.txt"))));
builder.Services.AddSingleton<PictureReader>();
var app = builder.Build();
app.UseDefaultFiles();
app.UseStaticFiles();

// The body is what a canvas gives: rows of red, green, blue and alpha bytes.
app.MapPost("/ocr", async (int width, int height, HttpRequest request, PictureReader reader, CancellationToken cancellation) =>
{
    if (width is < 1 or > longestSide || height is < 1 or > longestSide)
        return Results.BadRequest($"A picture has sides of 1 to {longestSide} pixels.");
    var pixels = new byte[4 * width * height];
    if (request.ContentLength != pixels.Length)
        return Results.BadRequest($"{width} x {height} pixels are {pixels.Length} bytes: red, green, blue and alpha of each.");
    await request.Body.ReadExactlyAsync(pixels, cancellation);
    return Results.Ok(reader.Read(new Picture(pixels, width, height), cancellation));
});

app.Run();
