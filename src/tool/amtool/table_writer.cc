#include "tool/amtool/table_writer.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace watchfire::amtool {
namespace {

constexpr size_t kPadding = 2;

// Code points, as Go counts them: whatever they look like.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

// Lines of cells; the last cell of a line ends with the line, not with a tab, and is in no column.
class Layout {
 public:
  explicit Layout(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    for (std::string_view line : Split(text, '\n')) lines_.push_back(Split(line, '\t'));
  }

  std::string Run() {
    Block(0, lines_.size());
    return std::move(out_);
  }

 private:
  bool HasColumn(size_t line, size_t column) const { return column + 1 < lines_[line].size(); }

  // Lines that agree in the columns whose widths are known.
  void Block(size_t begin, size_t end) {
    size_t column = widths_.size();
    size_t written = begin;
    for (size_t line = begin; line < end;) {
      if (!HasColumn(line, column)) {
        ++line;
        continue;
      }
      Write(written, line);
      size_t last = line;
      size_t width = 0;
      for (; last < end && HasColumn(last, column); ++last) {
        width = std::max(width, Width(lines_[last][column]) + kPadding);
      }
      widths_.push_back(width);
      Block(line, last);
      widths_.pop_back();
      written = line = last;
    }
    Write(written, end);
  }

  void Write(size_t begin, size_t end) {
    for (size_t line = begin; line < end; ++line) {
      const std::vector<std::string_view>& cells = lines_[line];
      for (size_t i = 0; i < cells.size(); ++i) {
        out_ += cells[i];
        if (i < widths_.size() && i + 1 < cells.size()) {
          out_.append(widths_[i] - Width(cells[i]), ' ');
        }
      }
      out_ += '\n';
    }
  }

  std::vector<std::vector<std::string_view>> lines_;
  std::vector<size_t> widths_;
  std::string out_;
};

}  // namespace

std::string AlignTabs(std::string_view text) {
  return Layout(text).Run();
}

}  // namespace watchfire::amtool
